import { posix } from 'node:path'
import { parseState } from '../durable/state-file.js'
import type { Log } from '../log.js'
import { errorText, OperatorError } from '../operator-error.js'
import { parseReceiptName, receiptName, receiptSchema, RECEIPTS_FOLDER, type Receipt } from '../spool/receipt.js'
import { hourName } from '../utc.js'
import type { RemoteSpool } from './remote-spool.js'

export interface DatedReceipt extends Receipt {
  /** When it was written, by server 1's clock, in whole seconds. */
  readonly writtenMs: number
}

/** Server 1's receipts: their names are listed once, their content is read when it is asked for. */
export class RemoteReceipts {
  readonly #remote: RemoteSpool
  readonly #log: Log
  /** Hour -> when its receipt was written. */
  readonly #writtenMs: ReadonlyMap<number, number>

  private constructor(remote: RemoteSpool, log: Log, writtenMs: ReadonlyMap<number, number>) {
    this.#remote = remote
    this.#log = log
    this.#writtenMs = writtenMs
  }

  static async list(remote: RemoteSpool, log: Log): Promise<RemoteReceipts> {
    const files = await remote.list(RECEIPTS_FOLDER)
    const hours = [...files].flatMap(([name, { modifiedMs }]) => {
      const hour = parseReceiptName(name)
      return hour === undefined ? [] : [[hour, modifiedMs] as const]
    })
    return new RemoteReceipts(remote, log, new Map(hours))
  }

  has(hour: number): boolean {
    return this.#writtenMs.has(hour)
  }

  /** The hour's receipt, `undefined` where there is none, or a damaged one: nothing is removed on that. */
  async read(hour: number): Promise<DatedReceipt | undefined> {
    const writtenMs = this.#writtenMs.get(hour)
    if (writtenMs === undefined) return undefined
    const path = posix.join(RECEIPTS_FOLDER, receiptName(hour))
    const text = await this.#remote.readText(path)
    if (text === undefined) return undefined
    try {
      const receipt = parseState(this.#remote.at(path), text, receiptSchema)
      if (receipt.hour === hourName(hour)) return { ...receipt, writtenMs }
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
}
