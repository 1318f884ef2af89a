import { asking, type Asked } from '../../../src/simulator/tweets/asked.js'
import { neverOdd } from '../../../src/simulator/tweets/oddities.js'
import { SeededTweets } from '../../../src/simulator/tweets/seeded-tweets.js'

export const SECOND = Date.parse('2026-11-21T13:00:00Z') / 1000

export interface User {
  id: string
  name: string | null
  username: string
  location?: string | null
  public_metrics: { tweet_count: number }
}

export interface Tweet {
  id: string
  text: string
  author_id: string
  created_at: string
  lang: string | null
  edit_history_tweet_ids: string[]
  referenced_tweets?: { type: string; id: string }[] | null
  note_tweet?: { text: string }
  withheld?: object
  in_reply_to_user_id?: string
  geo?: object | null
  entities?: Record<'hashtags' | 'urls' | 'mentions', { start: number; end: number; tag?: string; username?: string }[]>
}

export interface Payload {
  data: Tweet
  includes?: { users?: User[]; tweets?: Tweet[]; media?: object[]; places?: object[]; polls?: object[] }
  errors?: { title: string }[]
}

const names = (text: string) => text.split(' ')

/** What the columns of the archive need. */
export const lean = asking({
  expansions: ['author_id'],
  tweet: names('conversation_id created_at source lang text referenced_tweets note_tweet'),
  user: names('created_at location name username verified protected public_metrics'),
})

/** What twarc asks for, and note_tweet. */
export const full = asking({
  expansions: names(
    'author_id in_reply_to_user_id referenced_tweets.id referenced_tweets.id.author_id entities.mentions.username attachments.poll_ids attachments.media_keys geo.place_id edit_history_tweet_ids',
  ),
  tweet: names(
    'attachments author_id context_annotations conversation_id created_at entities geo id in_reply_to_user_id lang public_metrics text possibly_sensitive referenced_tweets reply_settings source withheld edit_controls edit_history_tweet_ids note_tweet',
  ),
  user: names(
    'created_at description entities id location name pinned_tweet_id profile_image_url protected public_metrics url username verified verified_type withheld',
  ),
  media: names('alt_text duration_ms height media_key preview_image_url type url width variants public_metrics'),
  place: names('contained_within country country_code full_name geo id name place_type'),
  poll: names('duration_minutes end_datetime id options voting_status'),
})

/** The lines that go out in one second, without their ends. */
export function linesOf(seed: number, rate: number, asked: Asked, second = SECOND, oddTimes = neverOdd): string[] {
  const batches = [...new SeededTweets({ seed, rate }).deliveredIn(second, asked, oddTimes)]
  return batches.flatMap(({ bytes }) => bytes.toString().split('\r\n').slice(0, -1))
}

export const payloadsOf = (seed: number, rate: number, asked: Asked, second = SECOND, oddTimes = neverOdd): Payload[] =>
  linesOf(seed, rate, asked, second, oddTimes).map((line) => JSON.parse(line) as Payload)
