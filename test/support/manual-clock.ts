import type { Clock } from '../../src/clock.js'

/** A clock that stands still until told to go on; sleepers wake in order as time passes them. */
export class ManualClock implements Clock {
  #now: number
  #sleepers: { until: number; wake: () => void }[] = []

  constructor(start: string | number) {
    this.#now = typeof start === 'number' ? start : Date.parse(start)
  }

  now(): number {
    return this.#now
  }

  socketMs(ms: number): number {
    return ms
  }

  /** How many are asleep: lets a test wait until the code has come to its sleep. */
  get sleeping(): number {
    return this.#sleepers.length
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve()
    return new Promise((wake) => {
      const sleeper = { until: this.#now + ms, wake }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        wake()
      })
    })
  }

  /** Let `ms` pass. */
  advance(ms: number): void {
    this.#now += ms
    const due = this.#sleepers.filter(({ until }) => until <= this.#now)
    this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now)
    for (const { wake } of due.sort((a, b) => a.until - b.until)) wake()
  }
}
