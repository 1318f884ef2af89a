import { happens, whole } from '../seeded.js'
import { Draw } from './draws.js'
import type { Tweet } from './tweet.js'
import type { Fields } from './view.js'

/** The key of a tweet's picture or film, `undefined` where it has none. */
export const mediaKeyOf = ({ id, key }: Tweet): string | undefined =>
  happens(0.2, key, Draw.media) ? `${isFilm(key) ? 7 : 3}_${id}` : undefined

/** The ID of a tweet's poll, `undefined` where it has none. */
export const pollIdOf = (tweet: Tweet): string | undefined =>
  happens(0.005, tweet.key, Draw.poll) && !tweet.retweeted ? tweet.id : undefined

/** The ID of the place that a tweet names, `undefined` where it names none. */
export const placeIdOf = ({ key }: Tweet): string | undefined =>
  happens(0.015, key, Draw.geo) ? placeNumber(key) : undefined

const isFilm = (key: number) => happens(0.25, key, Draw.length)
const placeNumber = (key: number) => `01a9a39529b27${String(100 + whole(key, Draw.country, 900))}`

const picture = ({ id, key }: Tweet) =>
  `https://pbs.twimg.com/${isFilm(key) ? 'ext_tw_video_thumb' : 'media'}/${id}.jpg`

/** Fields of what is attached to a tweet, by their names in the API; each is made from the tweet. */
export const mediaFields: Fields<Tweet> = {
  media_key: mediaKeyOf,
  type: ({ key }) => (isFilm(key) ? 'video' : 'photo'),
  url: (tweet) => (isFilm(tweet.key) ? undefined : picture(tweet)),
  preview_image_url: (tweet) => (isFilm(tweet.key) ? picture(tweet) : undefined),
  duration_ms: ({ key }) => (isFilm(key) ? 1000 + whole(key, Draw.media, 120_000) : undefined),
  height: () => 1200,
  width: () => 900,
  alt_text: ({ key }) => (happens(0.1, key, Draw.description) ? 'A cat, asleep on a "keyboard"' : undefined),
  public_metrics: ({ key }) => (isFilm(key) ? { view_count: whole(key, Draw.metrics, 100_000) } : undefined),
}

export const pollFields: Fields<Tweet> = {
  id: pollIdOf,
  options: ({ key }) =>
    ['Yes', 'No, "never"'].map((label, place) => ({ position: place + 1, label, votes: whole(key, place, 500) })),
  duration_minutes: () => 1440,
  end_datetime: ({ ms }) => new Date(ms + 86_400_000).toISOString(),
  voting_status: () => 'open',
}

export const placeFields: Fields<Tweet> = {
  id: placeIdOf,
  full_name: () => 'Graz, Österreich',
  name: () => 'Graz',
  country: () => 'Österreich',
  country_code: () => 'AT',
  place_type: () => 'city',
  geo: () => ({ type: 'Feature', bbox: [15.36, 47.01, 15.53, 47.13], properties: {} }),
  contained_within: ({ hasEmptyList }) => (hasEmptyList ? [] : undefined),
}
