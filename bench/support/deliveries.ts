import { fraction, mix, skewedRank } from '../../src/simulator/seeded.js'
import { SeededTweets } from '../../src/simulator/tweets/seeded-tweets.js'
import { wireJson } from '../../src/simulator/tweets/wire.js'
import { parseStreamRequest } from '../../src/simulator/x/stream-request.js'
import { snowflakeMs } from '../../src/tweet/snowflake.js'
import { HOUR_MS, hourOf, SECOND_MS } from '../../src/utc.js'
import { sampleUrl } from '../../src/x-api/sample-request.js'
import { reword } from './wording.js'

/** The hour that benches work on. */
export const HOUR = Date.parse('2026-11-21T13:00:00Z')

const SECONDS = HOUR_MS / SECOND_MS
/** The stream sends no tweet later than this. */
const LONGEST_WAIT_SECONDS = 60
/** So many tweets come from one seed, so that more tweets have more authors, as they do at X. */
const TWEETS_A_SEED = 50_000

/** What an hour holds. */
export interface HourRecipe {
  /** Of each server, about. */
  readonly tweets: number
  readonly fields: 'lean' | 'full'
  /** The share (0 to 1) of all tweets that both servers have. */
  readonly overlap: number
  readonly seed: number
  readonly text: KindOfText
}

/**
 * `reworded`: words in as many forms as people use. `plain`: the simulator's own few phrases. `retweets`: four in five tweets
 * repeat one of 3,000 texts, a few of them much more often than the others.
 */
export type KindOfText = 'reworded' | 'plain' | 'retweets'

/** @throws Error where there is no such kind */
export function kindOfText(text: string): KindOfText {
  if (text === 'reworded' || text === 'plain' || text === 'retweets') return text
  throw new Error(`--text ${text}: it wants reworded, plain or retweets`)
}

/** What comes in one second. */
export interface Delivery {
  readonly receivedMs: number
  readonly lines: readonly { line: Buffer; servers: '1' | '2' | '12' }[]
}

/** What the stream brings of the hour's tweets, second by second, and which server gets what. */
export function* deliveries(recipe: HourRecipe): Generator<Delivery> {
  const request = parseStreamRequest(urlOf(recipe).searchParams)
  if (!('asked' in request)) throw new Error(JSON.stringify(request))
  const { sources, share } = sourcesOf(recipe)
  const seen = new Set<string>()
  const firstSecond = HOUR / SECOND_MS
  for (let second = firstSecond; second <= firstSecond + SECONDS + LONGEST_WAIT_SECONDS; second++) {
    const lines = []
    for (const source of sources)
      for (const { bytes, ends, ids } of source.deliveredIn(second, request.asked))
        for (const [index, id] of ids.entries()) {
          if (hourOf(snowflakeMs(id) ?? 0) !== HOUR || seen.has(id)) continue
          seen.add(id)
          const line = bytes.subarray(ends[index - 1] ?? 0, (ends[index] ?? 0) - '\r\n'.length)
          const key = mix(recipe.seed, seen.size)
          if (fraction(key, 1) >= share) continue
          lines.push({ line: worded(recipe, line, key), servers: serversOf(fraction(key, 2), recipe.overlap) })
        }
    yield { receivedMs: second * SECOND_MS, lines }
  }
}

/** Streams that have at least the tweets wanted, and the share of theirs that is taken. */
function sourcesOf({ tweets, overlap, seed }: HourRecipe): { sources: SeededTweets[]; share: number } {
  const different = (2 * tweets) / (1 + overlap)
  const count = Math.ceil(different / TWEETS_A_SEED)
  const rate = Math.ceil(different / count / SECONDS)
  const sources = Array.from({ length: count }, (_, index) => new SeededTweets({ seed: seed + index, rate }))
  return { sources, share: different / (count * rate * SECONDS) }
}

const serversOf = (chance: number, overlap: number): '1' | '2' | '12' =>
  chance < overlap ? '12' : chance < (1 + overlap) / 2 ? '1' : '2'

/** What the collectors ask for. */
export const urlOf = ({ fields }: HourRecipe): URL => sampleUrl({ baseUrl: 'https://api.x.com', fields }, 0)

const REPEATED = 3000
const FREQUENT = 40

/** The payload with the text that the recipe wants. */
function worded({ text, seed }: HourRecipe, line: Buffer, key: number): Buffer {
  if (text === 'plain') return line
  const isRepeated = text === 'retweets' && fraction(key, 3) < 0.8
  return isRepeated ? repeating(line, mix(seed, skewedRank(REPEATED, FREQUENT, key, 4))) : reworded(line, key)
}

function repeating(line: Buffer, key: number): Buffer {
  const payload = JSON.parse(line.toString()) as { data: { text: string; note_tweet?: unknown } }
  payload.data.text = `RT @repeated_${key % 1000}: ${reword(REPEATED_TEXT, key)}`
  delete payload.data.note_tweet
  return Buffer.from(wireJson(payload))
}

const REPEATED_TEXT =
  'what a match, what a night, nobody in this town has seen the like of it since we were young, and here is more of it'

/** The payload with its text in words of its own: the simulator's few phrases would be too easy to compress. */
function reworded(line: Buffer, key: number): Buffer {
  const payload = JSON.parse(line.toString()) as { data: { text: string; note_tweet?: { text: string } } }
  const { data } = payload
  data.text = reword(data.text, key)
  if (data.note_tweet) data.note_tweet.text = reword(data.note_tweet.text, key)
  return Buffer.from(wireJson(payload))
}
