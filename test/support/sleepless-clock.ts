import type { Clock } from '../../src/clock.js'
import { PATIENCE_MS } from './patience.js'

/** A clock on which time passes only while someone sleeps, and sleeping takes no time: waits become numbers to assert. */
export class SleeplessClock implements Clock {
  /** Every sleep that was asked for, in ms. */
  readonly slept: number[] = []
  readonly #socketMs: number
  #now: number

  /** Timers on sockets are set to `socketMs` (real), whatever is asked for. */
  constructor(start: string, { socketMs = PATIENCE_MS } = {}) {
    this.#now = Date.parse(start)
    this.#socketMs = socketMs
  }

  now(): number {
    return this.#now
  }

  socketMs(): number {
    return this.#socketMs
  }

  sleep(ms: number): Promise<void> {
    this.slept.push(ms)
    this.#now += ms
    return Promise.resolve()
  }

  /** Let `ms` pass without anyone sleeping. */
  advance(ms: number): void {
    this.#now += ms
  }
}
