import { fraction, happens, mix } from '../seeded.js'
import { Draw } from './draws.js'
import { msInSecond, type Stock } from './moment.js'
import { Recent } from './recent.js'

/** Share of the tweets that X sends late. */
const LATE_SHARE = 0.005
/** X sends 99 % within 6 to 7 s of their making, and nearly all within a minute (docs.x.com). */
const USUAL_MS = { least: 1000, most: 7000 }
const LATE_MS = { least: 7000, most: 60_000 }
/** No tweet goes out in a later second than this after that of its making. */
const LONGEST_WAIT_SECONDS = 60
/** Five minutes of backfill and the longest wait before them. */
const SECONDS_REMEMBERED = 400
/** For connections that are not quite in step. */
const ORDERS_REMEMBERED = 8

/** Which tweet goes out when: some seconds after its making, by the seed alone. */
export class Timetable {
  readonly #stock: Stock
  readonly #leaving = new Recent<number, Uint16Array>(SECONDS_REMEMBERED)
  readonly #orders = new Recent<number, Uint32Array>(ORDERS_REMEMBERED)

  constructor(stock: Stock) {
    this.#stock = stock
  }

  /** The tweets that go out in this second, in order: each by the second in which it was made and its number there. */
  departures(second: number): { second: number; index: number }[] {
    return Array.from(
      this.#orders.get(second, () => this.#inOrder(second)),
      (key) => ({
        second: second - ((key >>> 15) & 0x3f),
        index: key & 0x7fff,
      }),
    )
  }

  /** A sortable number for each: 10 bits the ms of leaving, 6 bits its age in seconds, 15 bits its index. */
  #inOrder(second: number): Uint32Array {
    const keys: number[] = []
    for (let age = LONGEST_WAIT_SECONDS; age >= 0; age -= 1) {
      const leaving = this.#leavingOf(second - age)
      for (let index = 0; index < leaving.length; index += 1) {
        const ms = (leaving[index] ?? 0) - age * 1000
        if (ms >= 0 && ms < 1000) keys.push(((ms << 21) | (age << 15) | index) >>> 0)
      }
    }
    return Uint32Array.from(keys).sort()
  }

  /** When each tweet made in this second goes out, in ms after the second's beginning. */
  #leavingOf(second: number): Uint16Array {
    return this.#leaving.get(second, () => {
      const keyOfSecond = mix(this.#stock.seed, second)
      return Uint16Array.from({ length: this.#stock.rate }, (_, index) => {
        const key = mix(keyOfSecond, index)
        return msInSecond(this.#stock.rate, key, index) + delayMs(key)
      })
    })
  }
}

function delayMs(key: number): number {
  const { least, most } = happens(LATE_SHARE, key, Draw.lateness) ? LATE_MS : USUAL_MS
  return least + Math.floor(fraction(key, Draw.delay) * (most - least))
}
