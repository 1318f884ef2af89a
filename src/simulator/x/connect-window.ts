/** The window in which X counts a token's connects. Source: docs.x.com, rate limits. */
const WINDOW_MS = 900_000

/** How a token stands in its window. */
export interface Allowance {
  readonly limit: number
  readonly remaining: number
  /** When the window ends, in ms since 1970. */
  readonly resetMs: number
  /** This connect is one too many. */
  readonly exceeded: boolean
}

/** Counts connects in windows of fifteen minutes; a window begins with a connect. */
export class ConnectWindow {
  readonly #limit: number
  #endMs = 0
  #count = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Count a connect made at `nowMs` (ms since 1970). */
  count(nowMs: number): Allowance {
    if (nowMs >= this.#endMs) {
      this.#endMs = nowMs + WINDOW_MS
      this.#count = 0
    }
    this.#count += 1
    return {
      limit: this.#limit,
      remaining: Math.max(this.#limit - this.#count, 0),
      resetMs: this.#endMs,
      exceeded: this.#count > this.#limit,
    }
  }
}

/** The headers that tell a client how it stands. The reset is in whole seconds since 1970, rounded up. */
export const rateLimitHeaders = ({ limit, remaining, resetMs }: Allowance): Record<string, string> => ({
  'x-rate-limit-limit': String(limit),
  'x-rate-limit-remaining': String(remaining),
  'x-rate-limit-reset': String(Math.ceil(resetMs / 1000)),
})
