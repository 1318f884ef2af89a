import { askedKey, type Asked } from './asked.js'
import { Authors } from './author.js'
import { batchOf, type Batch } from './batch.js'
import { idsMadeBetween, sampledMoment, type Stock } from './moment.js'
import { neverOdd, type OddTimes } from './oddities.js'
import { payloadMaker, type Payload } from './payload.js'
import { Recent } from './recent.js'
import { snowflakeMs } from './snowflake.js'
import { Timetable } from './timetable.js'
import type { TweetSource } from './tweet-source.js'
import { Tweet } from './tweet.js'
import { wireJson } from './wire.js'

const BATCH_LINES = 500
const LOW_BITS = 0x3fffffn
/** Nothing is older. */
const FIRST_MS = Date.UTC(2010, 10, 5)
/** Of lines made, so much is kept for other connections that ask for the same. */
const REMEMBERED_BYTES = 64 * 2 ** 20

/** Made-up tweets: who asks for the same second and the same fields gets the same bytes. */
export class SeededTweets implements TweetSource {
  readonly #stock: Stock
  readonly #authors: Authors
  readonly #timetable: Timetable
  readonly #batches = new Recent<string, Batch>(REMEMBERED_BYTES, ({ bytes }) => bytes.length)

  constructor(stock: Stock) {
    this.#stock = stock
    this.#authors = new Authors(stock.seed)
    this.#timetable = new Timetable(stock)
  }

  *deliveredIn(second: number, asked: Asked, oddTimes: OddTimes = neverOdd): Generator<Batch> {
    const key = `${askedKey(asked)} ${oddTimes.key}`
    const departures = this.#timetable.departures(second)
    const payloadOf = payloadMaker(asked)
    for (let from = 0; from < departures.length; from += BATCH_LINES)
      yield this.#batches.get(`${second} ${from} ${key}`, () =>
        this.#make(departures.slice(from, from + BATCH_LINES), payloadOf, oddTimes),
      )
  }

  madeById(id: string, asked: Asked, nowMs: number, oddTimes: OddTimes = neverOdd): string | undefined {
    const [ms, low] = [snowflakeMs(id), Number(BigInt(id) & LOW_BITS)]
    if (ms > nowMs || ms < FIRST_MS) return undefined
    // The stream brings even ones, and what it brings refers to odd ones.
    if (low % 2 === 0 && ![...this.idsMadeBetween(ms, ms + 1)].includes(id)) return undefined
    return wireJson(payloadMaker(asked)(new Tweet(this.#authors, { ms, low }, oddTimes)))
  }

  idsMadeBetween(fromMs: number, toMs: number): Iterable<string> {
    return idsMadeBetween(this.#stock, fromMs, toMs)
  }

  #make(
    departures: readonly { second: number; index: number }[],
    payloadOf: (tweet: Tweet) => Payload,
    oddTimes: OddTimes,
  ): Batch {
    return batchOf(
      departures.map(({ second, index }) => {
        const tweet = new Tweet(this.#authors, sampledMoment(this.#stock, second, index), oddTimes)
        return { text: wireJson(payloadOf(tweet)), id: tweet.id }
      }),
    )
  }
}
