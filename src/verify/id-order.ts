import { FIRST_USABLE_MS, compareIds, snowflakeMs } from '../tweet/snowflake.js'
import { DAY_MS, HOUR_MS, hourOf } from '../utc.js'
import { NumberTraces } from './number-traces.js'

/** A count of like faults, and the first of them. */
interface Fault {
  count: number
  readonly first: string
}

/** The IDs of an hour, as they pass: ascending, each once, of their hour, and whole. */
export class IdOrder {
  readonly #hour: number
  readonly #nowMs: number
  readonly #toleranceMs: number
  readonly #traces = new NumberTraces('id')
  readonly #faults = new Map<string, Fault>()
  #last: string | undefined

  /**
   * `filesByReceipt`: some lines came from a collector that files tweets by when it receives them, so that the hours next to
   * this one are plausible too.
   */
  constructor(hour: number, { nowMs, filesByReceipt }: { nowMs: number; filesByReceipt: boolean }) {
    this.#hour = hour
    this.#nowMs = nowMs
    this.#toleranceMs = filesByReceipt ? HOUR_MS : 0
  }

  see(id: string): void {
    if (this.#last !== undefined && compareIds(this.#last, id) >= 0)
      this.#note('come after a higher or equal one: they must ascend', id)
    this.#last = id
    const ms = snowflakeMs(id)
    if (ms === undefined) this.#note('are no ID', JSON.stringify(id))
    else if (ms < FIRST_USABLE_MS || ms > this.#nowMs + DAY_MS)
      this.#note('tell a time that cannot be', `${id}: ${new Date(ms).toISOString()}`)
    else if (Math.abs(hourOf(ms) - this.#hour) > this.#toleranceMs && !this.#goesByReceipt(ms))
      this.#note('are of another hour', `${id}: ${new Date(ms).toISOString()}`)
    this.#traces.see(id)
  }

  faults(): string[] {
    return [
      ...[...this.#faults].map(([what, { count, first }]) => `${count} IDs ${what} (${first})`),
      ...this.#traces.faults(),
    ]
  }

  /** More than a day from when it was received, before or after: then that says which hour it is filed in. */
  #goesByReceipt(ms: number): boolean {
    return ms < this.#hour + HOUR_MS - DAY_MS || ms > this.#hour + DAY_MS
  }

  #note(what: string, first: string): void {
    const known = this.#faults.get(what)
    if (known) known.count += 1
    else this.#faults.set(what, { count: 1, first })
  }
}
