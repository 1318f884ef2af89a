import { mix } from '../seeded.js'
import { Draw } from './draws.js'
import { snowflake } from './snowflake.js'

/** Which tweets the stream has: how many in a second, and, by the seed, which. */
export interface Stock {
  /** A whole number. */
  readonly seed: number
  /** Tweets made in each second: a whole number from 1 to 20,000. */
  readonly rate: number
}

/** When a tweet was made and the lower 22 bits of its ID; together they are the ID. */
export interface Moment {
  /** ms since 1970. */
  readonly ms: number
  readonly low: number
}

const FRACTION = 2 ** -32
/** Of the 22 bits, 5 count the tweets of one millisecond (at most 22 of them) and 17 are random. */
const RANDOM_BITS = 17

/**
 * The moment of the tweet with this number (0 to rate - 1) among those of a second (since 1970). Moments, and so IDs,
 * ascend with the number and lie within the second. The last bit is 0: that of a tweet outside the stream is 1.
 */
export function sampledMoment({ seed, rate }: Stock, second: number, index: number): Moment {
  const key = mix(mix(seed, second), index)
  const inSecond = msInSecond(rate, key, index)
  const inMillisecond = index - Math.floor((inSecond * rate) / 1000) + 1
  return { ms: second * 1000 + inSecond, low: (inMillisecond << RANDOM_BITS) | (mix(key, Draw.idBits) & 0x1fffe) }
}

/** When in its second (0 to 999 ms) a tweet was made; `key` is of its second and index. */
export const msInSecond = (rate: number, key: number, index: number): number =>
  Math.floor(((index + key * FRACTION) * 1000) / rate)

/** The IDs of all tweets of the stream that were made from one moment up to, not including, another; ascending. */
export function* idsMadeBetween(stock: Stock, fromMs: number, toMs: number): Generator<string> {
  for (let second = Math.floor(fromMs / 1000); second * 1000 < toMs; second += 1)
    for (let index = 0; index < stock.rate; index += 1) {
      const { ms, low } = sampledMoment(stock, second, index)
      if (ms >= fromMs && ms < toMs) yield snowflake(ms, low)
    }
}
