import { isId } from './snowflake.js'

/** The members of X's answers that are read by name here or in flatten.ts; `columns` names the others. Anything may stand in them. */
type Member =
  | 'data'
  | 'includes'
  | 'users'
  | 'author'
  | 'author_id'
  | '__twarc'
  | 'referenced_tweets'
  | 'referenced_posts'
  | 'type'
  | 'id'

export type JsonObject = Readonly<Partial<Record<Member, unknown>>>

/** A tweet out of its payload, with what came beside it. */
export interface Payload {
  readonly id: string
  readonly tweet: JsonObject
  /** The author's data; `undefined` where none came with the tweet. */
  readonly author: JsonObject | undefined
  /** What twarc, or we in its manner, spliced in. */
  readonly twarc: JsonObject | undefined
}

/** Why a line is no tweet: a few words, that go into the archive beside the line. */
export class Unusable extends Error {}

/** The value as an object, `undefined` where it is something else. */
export const asObject = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined

/** The value as a list, empty where it is something else. */
export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/**
 * The tweet of one parsed line: a payload of the API (`data`, `includes`), or a tweet that twarc's `flatten` has
 * already taken out of its payload, with the author inside, as the model's collector wrote them.
 * @throws Unusable
 */
export function readPayload(json: unknown): Payload {
  const root = asObject(json)
  if (!root) throw new Unusable('not a JSON object')
  const tweet = asObject(root.data) ?? flatTweet(root)
  return {
    id: tweetId(tweet.id),
    tweet,
    author: includedAuthor(root, tweet) ?? ownAuthor(tweet),
    twarc: asObject(root.__twarc),
  }
}

function flatTweet(root: JsonObject): JsonObject {
  if (root.id !== undefined) return root
  throw new Unusable(root.data === undefined ? 'no tweet: neither data nor id' : 'no tweet: data is no object')
}

function tweetId(id: unknown): string {
  if (isId(id)) return id
  if (typeof id === 'number') throw new Unusable('the id is a number, which may have lost digits')
  throw new Unusable(id === undefined || id === null ? 'no id' : 'the id is not a text of 1 to 19 digits')
}

/** The author from `includes`, found by ID; of several with that ID the last one, as twarc has it. */
function includedAuthor(root: JsonObject, tweet: JsonObject): JsonObject | undefined {
  if (tweet.author_id === undefined || tweet.author_id === null) return undefined
  const users = asList(asObject(root.includes)?.users)
  return asObject(users.findLast((user) => asObject(user)?.id === tweet.author_id))
}

/** The author inside a flat tweet, unless it is somebody else: twarc takes a user whose name is the author's ID for them. */
function ownAuthor(tweet: JsonObject): JsonObject | undefined {
  const author = asObject(tweet.author)
  const bothKnown = typeof author?.id === 'string' && typeof tweet.author_id === 'string'
  return bothKnown && author.id !== tweet.author_id ? undefined : author
}
