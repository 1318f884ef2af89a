/** Watches for a stream that brings no tweets, connected or not: each silence is told once, and its end. */
export class Silence {
  readonly #silenceMs: number
  #since: number | undefined

  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs
  }

  /** What has changed, when the last tweet (or the start, before the first) was at `lastMs`. */
  check(lastMs: number, nowMs: number): { began: number } | { endedAfterMs: number } | undefined {
    const isSilent = nowMs - lastMs >= this.#silenceMs
    if (this.#since === undefined && isSilent) return { began: (this.#since = lastMs) }
    if (this.#since === undefined || isSilent) return undefined
    const endedAfterMs = lastMs - this.#since
    this.#since = undefined
    return { endedAfterMs }
  }
}
