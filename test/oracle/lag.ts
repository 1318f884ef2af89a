const EVERY_MS = 20
/** How far from a moment a lag still counts for it; real ms. */
const AROUND_MS = 3000

/** Notes how late this process's timers are: what every process on the machine has to wait for a processor. */
export class Lag implements Disposable {
  readonly #timer: NodeJS.Timeout
  readonly #lags: { readonly realMs: number; readonly lagMs: number }[] = []
  #last = Date.now()

  constructor() {
    this.#timer = setInterval(() => {
      const realMs = Date.now()
      const lagMs = realMs - this.#last - EVERY_MS
      if (lagMs > EVERY_MS) this.#lags.push({ realMs, lagMs })
      this.#last = realMs
    }, EVERY_MS)
  }

  /** The longest lag, in real ms, around a moment of the wall's clock. */
  around(realMs: number): number {
    const near = this.#lags.filter((lag) => Math.abs(lag.realMs - realMs) < AROUND_MS)
    return Math.max(0, ...near.map(({ lagMs }) => lagMs))
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
