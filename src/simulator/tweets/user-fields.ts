import { fraction, happens, pick, whole } from '../seeded.js'
import { descriptionOf, type Author } from './author.js'
import { Draw } from './draws.js'
import { snowflake } from './snowflake.js'
import type { Fields } from './view.js'
import { shortLink } from './wording.js'

/** An author as seen with a tweet: what is told of them changes with time. */
export interface Seen {
  readonly author: Author
  /** ms since 1970 */
  readonly atMs: number
  /** Names and numbers of them are null. */
  readonly withNulls: boolean
}

const HOUR_MS = 3_600_000

/** Every field of a user that the simulated stream has, by its name in the API. */
export const userFields: Fields<Seen> = {
  id: ({ author }) => author.id,
  name: (seen) => (seen.withNulls ? null : nameAt(seen)),
  username: ({ author }) => author.username,
  created_at: ({ author }) => `${new Date(author.createdMs).toISOString().slice(0, 19)}.000Z`,
  description: ({ author }) => descriptionOf(author),
  entities: ({ author }) => (hasLink(author) ? { url: { urls: [profileLink(author)] } } : undefined),
  location: ({ author, withNulls }) => (withNulls ? null : author.location),
  pinned_tweet_id: ({ author }) =>
    happens(0.3, author.key, Draw.reference) ? snowflake(author.createdMs + HOUR_MS, author.key & 0x3fffff) : undefined,
  profile_image_url: ({ author }) =>
    `https://pbs.twimg.com/profile_images/${author.id}/${author.key.toString(36)}_normal.jpg`,
  protected: () => false,
  public_metrics: publicMetrics,
  url: ({ author }) => (hasLink(author) ? shortLink(author.key) : ''),
  verified: ({ author, withNulls }) => (withNulls ? null : author.verified),
  verified_type: ({ author }) =>
    author.verified ? pick(['blue', 'business', 'government'], author.key, Draw.pace) : 'none',
}

const hasLink = ({ key }: Author) => happens(0.35, key, Draw.link)

const profileLink = ({ key, username }: Author) => ({
  start: 0,
  end: 23,
  url: shortLink(key),
  expanded_url: `https://example.org/${username}`,
  display_url: `example.org/${username}`,
})

/** Now and then somebody takes another name for an hour. */
function nameAt({ author, atMs }: Seen): string {
  return happens(0.01, author.key, Draw.renamed + Math.floor(atMs / HOUR_MS)) ? `${author.name} 🎃` : author.name
}

/** Followers come and go by the minute, tweets only get more. */
function publicMetrics({ author: { key, createdMs }, atMs, withNulls }: Seen): Record<string, number | null> {
  const followers = Math.floor(10 ** (fraction(key, Draw.metrics) * 5))
  const msPerTweet = 60_000 * (1 + whole(key, Draw.pace, 10_000))
  return {
    followers_count: withNulls ? null : followers + (Math.floor(atMs / 60_000) % 7),
    following_count: whole(key, Draw.metrics + 1000, 2000),
    tweet_count: Math.floor((atMs - createdMs) / msPerTweet),
    listed_count: Math.floor(followers / 90),
  }
}
