/** Lets so many of a kind pass in each stretch of time, and counts the others. */
export class Quota {
  readonly #most: number
  readonly #ms: number
  #since = -Infinity
  #passed = 0
  #leftOut = 0

  constructor(most: number, ms: number) {
    this.#most = most
    this.#ms = ms
  }

  /** Whether one may pass; else it is counted. */
  passes(nowMs: number): boolean {
    // A clock that was set back must not hold it for as long.
    if (nowMs < this.#since || nowMs - this.#since >= this.#ms) {
      this.#since = nowMs
      this.#passed = 0
    }
    if (this.#passed < this.#most) {
      this.#passed += 1
      return true
    }
    this.#leftOut += 1
    return false
  }

  /** Count more that nobody asked for. */
  leaveOut(count: number): void {
    this.#leftOut += count
  }

  /** How many were left out since this was asked last; 0 while the stretch is not over, unless all of it is `wanted` now. */
  takeLeftOut(nowMs: number, wanted = false): number {
    if (!wanted && nowMs >= this.#since && nowMs - this.#since < this.#ms) return 0
    const leftOut = this.#leftOut
    this.#leftOut = 0
    return leftOut
  }
}
