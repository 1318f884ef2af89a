/**
 * Notices a server that no longer answers while its connection lives on, which SSH's own keep-alives don't: they are
 * answered by another process than the files are.
 */
export class StallTimer {
  readonly #ms: number
  readonly #stalled: () => void
  #waiting = 0
  #timer: NodeJS.Timeout | undefined

  /** `stalled` is called once `ms` real milliseconds have brought no answer though one was due. */
  constructor(ms: number, stalled: () => void) {
    this.#ms = ms
    this.#stalled = stalled
  }

  /** Time an answer that is awaited. */
  async during<Answer>(answer: Promise<Answer>): Promise<Answer> {
    this.#waiting += 1
    this.#timer ??= setTimeout(this.#stalled, this.#ms)
    try {
      return await answer
    } finally {
      this.#waiting -= 1
      this.#answered()
    }
  }

  #answered(): void {
    if (this.#waiting > 0) {
      this.#timer?.refresh()
    } else {
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
  }
}
