import { fraction, happens, pick, whole } from '../seeded.js'
import { annotationsOf } from './annotations.js'
import { mediaKeyOf, placeIdOf, pollIdOf } from './attachments.js'
import { Draw } from './draws.js'
import { entitiesOf } from './entities.js'
import type { Tweet } from './tweet.js'
import type { Fields } from './view.js'

const SOURCES = ['Twitter for iPhone', 'Twitter for Android', 'Twitter Web App', 'dlvr.it', 'My Bot, "v2"']
const EDITABLE_MS = 1_800_000

/** Every field of a tweet that the simulated stream has, by its name in the API. */
export const tweetFields: Fields<Tweet> = {
  text: ({ text }) => text,
  id: ({ id }) => id,
  edit_history_tweet_ids: (tweet) => (tweet.isEdited ? [tweet.earlierId, tweet.id] : [tweet.id]),
  author_id: ({ author }) => author.id,
  conversation_id: ({ id, repliedTo }) => repliedTo?.id ?? id,
  created_at: ({ ms }) => `${new Date(ms).toISOString().slice(0, 19)}.000Z`,
  lang: ({ hasNulls, language }) => (hasNulls ? null : language.code),
  source: sourceOf,
  referenced_tweets: referencesOf,
  in_reply_to_user_id: ({ repliedTo }) => repliedTo?.author.id,
  entities: (tweet) => entitiesOf(tweet, tweet.text),
  note_tweet: (tweet) =>
    tweet.isLong ? { text: tweet.fullText, entities: entitiesOf(tweet, tweet.fullText) ?? {} } : undefined,
  attachments: attachmentsOf,
  geo: geoOf,
  context_annotations: ({ key }) => annotationsOf(key),
  public_metrics: publicMetrics,
  possibly_sensitive: ({ key }) => happens(0.03, key, Draw.sensitive),
  reply_settings: ({ key }) => (happens(0.97, key, Draw.pace) ? 'everyone' : 'following'),
  edit_controls: editControls,
  display_text_range: ({ text }) => [0, Array.from(text).length],
  withheld: ({ isWithheld }) => (isWithheld ? { copyright: false, country_codes: ['IN'], scope: 'user' } : undefined),
}

/** X names the source of some tweets only. */
function sourceOf({ hasNulls, key }: Tweet): string | null | undefined {
  if (hasNulls) return null
  return happens(0.7, key, Draw.source) ? pick(SOURCES, key, Draw.country) : undefined
}

function referencesOf({ hasNulls, references }: Tweet): unknown[] | null | undefined {
  if (references.length > 0) return references.map(({ type, tweet }) => ({ type, id: tweet.id }))
  return hasNulls ? null : undefined
}

function attachmentsOf(tweet: Tweet): Record<string, string[]> | undefined {
  const mediaKey = mediaKeyOf(tweet)
  const pollId = pollIdOf(tweet)
  if (!mediaKey && !pollId) return undefined
  return { ...(mediaKey && { media_keys: [mediaKey] }), ...(pollId && { poll_ids: [pollId] }) }
}

/** Also `{}`, as X has it where a place was taken back. */
function geoOf(tweet: Tweet): Record<string, unknown> | null | undefined {
  if (tweet.hasNulls) return null
  const placeId = placeIdOf(tweet)
  if (!placeId) return happens(0.003, tweet.key, Draw.coordinates) ? {} : undefined
  if (!happens(0.2, tweet.key, Draw.coordinates)) return { place_id: placeId }
  return { place_id: placeId, coordinates: { type: 'Point', coordinates: [15.43, 47.07] } }
}

function publicMetrics({ key }: Tweet): Record<string, number> {
  const likes = Math.floor(10 ** (fraction(key, Draw.metrics) * 3)) - 1
  return {
    retweet_count: whole(key, Draw.metrics + 1000, likes + 1),
    reply_count: Math.floor(likes / 9),
    like_count: likes,
    quote_count: Math.floor(likes / 40),
    bookmark_count: Math.floor(likes / 30),
    impression_count: likes * 60,
  }
}

function editControls({ isEdited, ms }: Tweet): Record<string, unknown> {
  return {
    edits_remaining: isEdited ? 4 : 5,
    is_edit_eligible: isEdited,
    editable_until: new Date(ms + EDITABLE_MS).toISOString(),
  }
}
