import type { Clock } from '../clock.js'
import { MINUTE_MS, SECOND_MS } from '../utc.js'

/** Tweets come within seconds of being made: 99 of 100 within 7 s (docs.x.com). What differs by more is the clock. */
const MOST_APART_MS = 30 * SECOND_MS
const WINDOW_MS = 10 * SECOND_MS
const LEAST_TWEETS = 5
/** So many windows in a row must agree. */
const WINDOWS = 2
/** Of what backfill brings the youngest may be so old, until it has brought all. */
const BACKFILL_MS = 5 * MINUTE_MS

/** How far this machine's clock is from the times in the tweets' IDs. */
export interface ClockFault {
  readonly since: number
  /** Ms; negative where it is behind. */
  readonly aheadMs: number
}

/**
 * Compares the clock with the tweets. Of each window of tweets the youngest but for a tenth counts, so that neither
 * old tweets of a backfill nor a single strange ID say anything about the clock.
 */
export class ClockCheck {
  readonly #toleranceMs: number
  #apart: number[] = []
  #windowFrom: number | undefined
  #agreeing = 0
  #backfillUntil = -Infinity
  #fault: ClockFault | null | undefined

  constructor(clock: Clock) {
    this.#toleranceMs = toleranceMs(clock)
  }

  /** The clock's fault, null where it is right, `undefined` while nobody knows. */
  get fault(): ClockFault | null | undefined {
    return this.#fault
  }

  connected(nowMs: number, backfillMinutes: number): void {
    this.#apart = []
    this.#windowFrom = undefined
    this.#backfillUntil = backfillMinutes > 0 ? nowMs + BACKFILL_MS : -Infinity
  }

  /** A tweet came that was made at `madeAt`. Answers whether it is known by now that the clock went wrong, or right. */
  saw(madeAt: number, receivedAt: number): 'wrong' | 'right' | undefined {
    this.#windowFrom = Math.min(this.#windowFrom ?? receivedAt, receivedAt)
    this.#apart.push(receivedAt - madeAt)
    if (receivedAt - this.#windowFrom < WINDOW_MS || this.#apart.length < LEAST_TWEETS) return undefined
    const aheadMs = tenth(this.#apart)
    this.#apart = []
    this.#windowFrom = receivedAt
    return this.#judge(aheadMs, receivedAt)
  }

  #judge(aheadMs: number, nowMs: number): 'wrong' | 'right' | undefined {
    const mayBeOldMs = nowMs < this.#backfillUntil ? BACKFILL_MS : 0
    const isWrong = aheadMs > this.#toleranceMs + mayBeOldMs || aheadMs < -this.#toleranceMs
    if (!isWrong) this.#fault ??= null
    this.#agreeing = isWrong === !this.#fault ? this.#agreeing + 1 : 0
    if (this.#agreeing < WINDOWS) return undefined
    this.#agreeing = 0
    this.#fault = isWrong ? { since: nowMs, aheadMs } : null
    return isWrong ? 'wrong' : 'right'
  }
}

/** On a clock that runs fast, as in the demo, two seconds of a busy machine are minutes. */
function toleranceMs(clock: Clock): number {
  const DAY_OF_REAL_MS = 86_400_000
  const speed = DAY_OF_REAL_MS / clock.socketMs(DAY_OF_REAL_MS)
  return Math.max(MOST_APART_MS, clock.socketMs(MOST_APART_MS) * speed)
}

function tenth(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 10)] ?? 0
}
