import type { Asked } from './asked.js'
import { mediaFields, placeFields, pollFields } from './attachments.js'
import { includedWith } from './included.js'
import type { PartialError } from './partial-errors.js'
import { tweetFields } from './tweet-fields.js'
import type { Tweet } from './tweet.js'
import { userFields } from './user-fields.js'
import { viewOf } from './view.js'

type Thing = Record<string, unknown>

/** What the stream brings for one tweet. Source: docs.x.com and recorded payloads. */
export interface Payload {
  readonly data: Thing
  /** Only with expansions, and only where they found something. */
  readonly includes?: Record<string, Thing[]>
  readonly errors?: readonly PartialError[]
}

/** Makes the payloads of a stream that was asked for these fields and expansions. */
export function payloadMaker(asked: Asked): (tweet: Tweet) => Payload {
  const include = includer(asked)
  const tweetView = viewOf(tweetFields, asked.tweet)
  return (tweet) => ({ data: tweetView(tweet), ...(asked.expansions.size > 0 && include(tweet)) })
}

function includer(asked: Asked): (tweet: Tweet) => Partial<Payload> {
  const tweetView = viewOf(tweetFields, asked.tweet)
  const userView = viewOf(userFields, asked.user)
  const mediaView = viewOf(mediaFields, asked.media)
  const pollView = viewOf(pollFields, asked.poll)
  const placeView = viewOf(placeFields, asked.place)
  return (tweet) => {
    const { users, tweets, media, polls, places, errors } = includedWith(tweet, asked.expansions)
    const includes: Record<string, Thing[]> = {}
    const add = <Item>(name: string, items: readonly Item[], view: (item: Item) => Thing) => {
      if (items.length > 0) includes[name] = [...new Set(items)].map(view)
    }
    add('users', users, (author) => userView({ author, atMs: tweet.ms, withNulls: tweet.hasNulls }))
    add('tweets', tweets.flatMap(versions), ({ id, of }) => ({ ...tweetView(of), id }))
    add('media', media, mediaView)
    add('polls', polls, pollView)
    add('places', places, placeView)
    return { ...(Object.keys(includes).length > 0 && { includes }), ...(errors.length > 0 && { errors }) }
  }
}

/** A tweet and, where it was edited, the version before it. */
function versions(of: Tweet): { id: string; of: Tweet }[] {
  const ids = of.isEdited ? [of.id, of.earlierId] : [of.id]
  return ids.map((id) => ({ id, of }))
}
