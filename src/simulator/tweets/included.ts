import { happens } from '../seeded.js'
import { mediaKeyOf, placeIdOf, pollIdOf } from './attachments.js'
import type { Author } from './author.js'
import { Draw } from './draws.js'
import { hiddenTweet, missingAuthor, missingTweet, suspendedUser, type PartialError } from './partial-errors.js'
import type { Tweet } from './tweet.js'

/** What stands beside a tweet in its payload, and why something does not. A list may name the same thing twice. */
export interface Included {
  readonly users: Author[]
  readonly tweets: Tweet[]
  /** Tweets with what is attached to them. */
  readonly media: Tweet[]
  readonly polls: Tweet[]
  readonly places: Tweet[]
  readonly errors: PartialError[]
}

/** What each expansion brings along. */
const expanding: Record<string, (tweet: Tweet, included: Included) => void> = {
  author_id: (tweet, { users, errors }) => {
    if (!lacksAuthor(tweet)) users.push(tweet.author)
    else if (tweet.key % 2 === 1) errors.push(missingAuthor(tweet.author))
  },
  in_reply_to_user_id: ({ repliedTo }, { users }) => {
    if (repliedTo) users.push(repliedTo.author)
  },
  'referenced_tweets.id': (tweet, { tweets, errors }) => {
    for (const { tweet: other } of tweet.references)
      if (!isGone(other)) tweets.push(other)
      else errors.push(other.key % 2 === 1 ? missingTweet(other) : hiddenTweet(other))
  },
  'referenced_tweets.id.author_id': (tweet, { users }) => {
    users.push(...found(tweet).map(({ author }) => author))
  },
  'referenced_tweets.id.attachments.media_keys': (tweet, { media }) => {
    media.push(...found(tweet).filter(mediaKeyOf))
  },
  'entities.mentions.username': ({ mentioned }, { users, errors }) => {
    for (const author of mentioned)
      if (!isSuspended(author)) users.push(author)
      else errors.push(suspendedUser(author))
  },
  'attachments.media_keys': (tweet, { media }) => {
    if (mediaKeyOf(tweet)) media.push(tweet)
  },
  'attachments.poll_ids': (tweet, { polls }) => {
    if (pollIdOf(tweet)) polls.push(tweet)
  },
  'geo.place_id': (tweet, { places }) => {
    if (placeIdOf(tweet)) places.push(tweet)
  },
  edit_history_tweet_ids: (tweet, { tweets }) => {
    tweets.push(tweet)
  },
}

/** What the expansions bring along with a tweet, in the order of the API's documentation. */
export function includedWith(tweet: Tweet, expansions: ReadonlySet<string>): Included {
  const included: Included = { users: [], tweets: [], media: [], polls: [], places: [], errors: [] }
  for (const name in expanding) if (expansions.has(name)) expanding[name]?.(tweet, included)
  return included
}

const found = (tweet: Tweet): Tweet[] => tweet.references.map((reference) => reference.tweet).filter((o) => !isGone(o))

/** Deleted since, or of an author who hides it. */
const isGone = ({ key }: Tweet): boolean => happens(0.02, key, Draw.missing)

const isSuspended = ({ key }: Author): boolean => happens(0.02, key, Draw.missing)

/** Now and then X leaves the author out. */
const lacksAuthor = ({ key }: Tweet): boolean => happens(0.002, key, Draw.missing + 1000)
