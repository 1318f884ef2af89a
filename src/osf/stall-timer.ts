/** Aborts its signal when nothing has moved for `stallMs` (real ms). */
export class StallTimer implements Disposable {
  readonly stallMs: number
  readonly #aborter = new AbortController()
  readonly #timer: NodeJS.Timeout

  constructor(stallMs: number) {
    this.stallMs = stallMs
    this.#timer = setTimeout(() => {
      this.#aborter.abort()
    }, stallMs)
  }

  get signal(): AbortSignal {
    return this.#aborter.signal
  }

  readonly moved = (): void => {
    this.#timer.refresh()
  };

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
