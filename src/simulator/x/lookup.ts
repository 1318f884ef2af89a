import type { OddTimes } from '../tweets/oddities.js'
import type { TweetSource } from '../tweets/tweet-source.js'
import { invalidRequest, tweetNotFound, type Problem } from './problems.js'
import { parseFields } from './stream-request.js'

/** How many tweets one request may ask for. Source: docs.x.com, GET /2/tweets. */
const MOST_IDS = 100
const ID = /^[0-9]{1,19}$/

type Entity = Record<string, unknown>
interface Payload {
  readonly data?: Entity
  readonly includes?: Record<string, Entity[]>
  readonly errors?: Entity[]
}

/** Answer `GET /2/tweets?ids=…`: the tweets that there are, what they refer to once each, and an error for each other ID. */
export function lookUp(source: TweetSource, query: URLSearchParams, nowMs: number, oddTimes?: OddTimes): Problem {
  const ids = (query.get('ids') ?? '').split(',').filter((id) => id !== '')
  const asked = parseFields(query, ['ids'])
  if ('status' in asked) return asked
  const wrong = ids.filter((id) => !ID.test(id))
  if (wrong.length > 0) return refused(wrong, `The \`ids\` query parameter value [${wrong.join(',')}] is not valid`)
  if (ids.length === 0) return refused([], 'The `ids` query parameter can not be empty')
  if (ids.length > MOST_IDS)
    return refused(ids, `size of \`ids\` query parameter must be less than or equal to ${MOST_IDS}`)
  const found = ids.map((id) => ({ id, text: source.madeById(id, asked, nowMs, oddTimes) }))
  const payloads = found.flatMap(({ text }) => (text === undefined ? [] : [JSON.parse(text) as Payload]))
  const errors = [
    ...payloads.flatMap((payload) => payload.errors ?? []),
    ...found.flatMap(({ id, text }) => (text === undefined ? [tweetNotFound(id)] : [])),
  ]
  const data = payloads.flatMap((payload) => (payload.data ? [payload.data] : []))
  const includes = merged(payloads.map((payload) => payload.includes ?? {}))
  return {
    status: 200,
    body: {
      ...(data.length > 0 && { data }),
      ...(Object.keys(includes).length > 0 && { includes }),
      ...(errors.length > 0 && { errors }),
    },
  }
}

const refused = (values: readonly string[], message: string): Problem =>
  invalidRequest([{ parameter: 'ids', values, message }])

/** Each user, tweet, medium, poll and place once. */
function merged(all: readonly Record<string, Entity[]>[]): Record<string, Entity[]> {
  const kinds = new Map<string, Map<unknown, Entity>>()
  for (const [kind, entities] of all.flatMap((includes) => Object.entries(includes))) {
    const known = kinds.get(kind) ?? new Map<unknown, Entity>()
    for (const entity of entities) known.set(entity['id'] ?? entity['media_key'], entity)
    kinds.set(kind, known)
  }
  return Object.fromEntries([...kinds].map(([kind, known]) => [kind, [...known.values()]]))
}
