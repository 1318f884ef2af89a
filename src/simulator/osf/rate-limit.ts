import { apiRefusal } from './api-answers.js'
import { Refusal } from './answer.js'
import type { Clock } from '../../clock.js'

/** Requests that OSF lets through; none is limited unless named. OSF's own figures are in the comments. */
export interface RateLimits {
  /** API v2 lists of files: 3. */
  readonly listsPerSecond?: number
  /** API v2 lists of files: 75. */
  readonly listsPerMinute?: number
  /** 3600, where it is turned on. */
  readonly waterButlerPerHour?: number
}

/** So many requests in any window of so many ms. */
class Window {
  readonly #times: number[] = []
  readonly #limit: number
  readonly #lengthMs: number

  constructor(limit: number, lengthMs: number) {
    this.#limit = limit
    this.#lengthMs = lengthMs
  }

  /** Whole seconds until the next request may come; 0 counts this one. */
  secondsToWait(nowMs: number): number {
    const first = this.#times.at(-this.#limit)
    if (first !== undefined && nowMs - first < this.#lengthMs) return Math.ceil((first + this.#lengthMs - nowMs) / 1000)
    this.#times.push(nowMs)
    this.#times.splice(0, this.#times.length - this.#limit)
    return 0
  }
}

/** OSF's throttling, by the simulator's clock. */
export class Throttle {
  readonly #lists: Window[]
  readonly #waterButler: Window
  readonly #clock: Clock

  constructor({ listsPerSecond, listsPerMinute, waterButlerPerHour }: RateLimits, clock: Clock) {
    this.#lists = [new Window(listsPerSecond ?? Infinity, 1000), new Window(listsPerMinute ?? Infinity, 60_000)]
    this.#waterButler = new Window(waterButlerPerHour ?? Infinity, 3_600_000)
    this.#clock = clock
  }

  /** @throws Refusal (429) when there were too many lists */
  countList(): void {
    for (const window of this.#lists) {
      const seconds = window.secondsToWait(this.#clock.now())
      if (seconds > 0) throw apiThrottled(seconds)
    }
  }

  /** @throws Refusal (429) when there were too many requests */
  countWaterButler(): void {
    const seconds = this.#waterButler.secondsToWait(this.#clock.now())
    if (seconds > 0) throw waterButlerThrottled(seconds)
  }
}

export const apiThrottled = (seconds: number): Refusal =>
  apiRefusal(429, `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`, {
    'Retry-After': String(seconds),
  })

export const waterButlerThrottled = (seconds: number): Refusal =>
  new Refusal({
    status: 429,
    json: { error: 'API rate-limiting active due to too many requests', headers: { 'Retry-After': seconds } },
    headers: { 'Retry-After': String(seconds), 'X-Waterbutler-RateLimiting-Remaining': '0' },
  })
