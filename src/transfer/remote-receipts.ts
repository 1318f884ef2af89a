import { posix } from 'node:path'
import { parseState } from '../durable/state-file.js'
import type { Log } from '../log.js'
import { errorText, OperatorError } from '../operator-error.js'
import { parseMinuteFileName } from '../spool/minute-name.js'
import { parseReceiptName, receiptName, receiptSchema, RECEIPTS_FOLDER, type Receipt } from '../spool/receipt.js'
import { hourName, hourOf, MINUTE_MS } from '../utc.js'
import type { RemoteSpool } from './remote-spool.js'

/** Two clocks that are both kept right differ by less. */
const CLOCKS_DIFFER_MS = 5 * MINUTE_MS
const SHA256 = /^[0-9a-f]{64}$/

export interface DatedReceipt extends Receipt {
  /** When it was written, by server 1's clock, in whole seconds; `undefined` where that is unknown, or in the future. */
  readonly writtenMs: number | undefined
}

/** Server 1's receipts: their names are listed once, their content is read when it is asked for. */
export class RemoteReceipts {
  readonly #remote: RemoteSpool
  readonly #log: Log
  readonly #nowMs: number
  /** Hour -> when its receipt was written. */
  #writtenMs: ReadonlyMap<number, number | undefined> | undefined

  constructor(remote: RemoteSpool, log: Log, nowMs: number) {
    this.#remote = remote
    this.#log = log
    this.#nowMs = nowMs
  }

  /** @throws RefusedFileError where server 1 won't show them: they are unknown then */
  async list(): Promise<void> {
    const files = await this.#remote.list(RECEIPTS_FOLDER, (name) => parseReceiptName(name) !== undefined)
    const hours = [...files].flatMap(([name, { modifiedMs }]) => {
      const hour = parseReceiptName(name)
      return hour === undefined ? [] : [[hour, modifiedMs] as const]
    })
    this.#writtenMs = new Map(hours)
  }

  get areKnown(): boolean {
    return this.#writtenMs !== undefined
  }

  has(hour: number): boolean {
    return this.#writtenMs?.has(hour) ?? false
  }

  /**
   * The hour's receipt, `undefined` where there is none, or a damaged one: nothing is removed on that.
   * @throws RefusedFileError where server 1 has one and won't show it
   */
  async read(hour: number): Promise<DatedReceipt | undefined> {
    if (!this.has(hour)) return undefined
    const path = posix.join(RECEIPTS_FOLDER, receiptName(hour))
    const text = await this.#remote.readText(path)
    if (text === undefined) return undefined
    try {
      const receipt = parseState(this.#remote.at(path), text, receiptSchema)
      if (receipt.hour === hourName(hour)) return { ...ours(hour, receipt), writtenMs: this.#dated(hour) }
      this.#log.error(
        { path, says: receipt.hour },
        'server 1 has a receipt for another hour under this name: passed over; move it away there, process-hour writes it anew',
      )
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error
      this.#log.error({ path, reason: errorText(error) }, 'server 1 has a damaged receipt: taken for none')
    }
    return undefined
  }

  #dated(hour: number): number | undefined {
    const writtenMs = this.#writtenMs?.get(hour)
    return writtenMs !== undefined && writtenMs <= this.#nowMs + CLOCKS_DIFFER_MS ? writtenMs : undefined
  }
}

/** What of a receipt can be about our files: minute files of its hour, with hashes. */
const ours = (hour: number, receipt: Receipt): Receipt => ({
  ...receipt,
  files: receipt.files.filter(({ name, sha256 }) => isMinuteOf(hour, name) && SHA256.test(sha256)),
  refused: receipt.refused.filter(({ name }) => isMinuteOf(hour, name)),
})

function isMinuteOf(hour: number, name: string): boolean {
  const id = parseMinuteFileName(name)
  return id !== undefined && !id.open && hourOf(id.minute) === hour
}
