const MANY_ZEROS = 8
const SUSPICIOUS_SHARE = 0.25
const ENOUGH_IDS = 200
/** IDs of today have 19 digits, and 61 bits: a double keeps 53 of them. */
const DIGITS = 19

/**
 * Notices that the IDs of a column once were floating-point numbers. Printed by JavaScript, C or a spreadsheet such an ID
 * has 17 digits and two zeros; printed exactly, as by Python, it is a multiple of 256. Of whole IDs one in a hundred ends in
 * two zeros, one in 25 where all of them are even.
 */
export class NumberTraces {
  readonly #column: string
  #ids = 0
  #zeros = 0
  #multiples = 0

  constructor(column: string) {
    this.#column = column
  }

  see(id: string): void {
    if (id.length !== DIGITS) return
    this.#ids += 1
    if (id.endsWith('00')) this.#zeros += 1
    // Within the ID the last eight bits depend on the last eight digits alone: 10^8 is a multiple of 256.
    if (Number(id.slice(-8)) % 256 === 0) this.#multiples += 1
  }

  faults(): string[] {
    const seen = `of ${this.#ids} IDs in ${this.#column}`
    if (this.#zeros >= MANY_ZEROS && this.#zeros > this.#ids * SUSPICIOUS_SHARE)
      return [`${this.#zeros} ${seen} end in 00: they went through a floating-point number and lost their last digits`]
    if (this.#ids >= ENOUGH_IDS && this.#multiples === this.#ids)
      return [`all ${seen} are multiples of 256: they went through a floating-point number and lost their last digits`]
    return []
  }
}
