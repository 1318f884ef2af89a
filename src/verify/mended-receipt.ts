import { silently, unlessStrange } from '../durable/strange-entry.js'
import { OperatorError } from '../operator-error.js'
import { readReceipt, removeReceipt, writeReceipt, type Receipt } from '../spool/receipt.js'
import type { Book } from '../vault/book.js'

/** Have server 2 send again what it still keeps of an hour: process-hour answers it anew. One that cannot be removed stays. */
export const withdrawReceipt = (spool2: string, hour: number): Promise<void> =>
  unlessStrange(removeReceipt(spool2, hour), silently)

/** Let an hour's receipt, where there is one, answer for what the book has. */
export async function renewReceipt(spool2: string, hour: number, { revision, inputs }: Book): Promise<void> {
  const receipt = await readableReceipt(spool2, hour)
  if (!receipt) return
  const files = inputs.filter(({ server }) => server === 2).map(({ name, sha256 }) => ({ name, sha256 }))
  await writeReceipt(spool2, hour, { ...receipt, revision, files })
}

/** A damaged receipt is as good as none: process-hour writes it anew. */
export const readableReceipt = (spool2: string, hour: number): Promise<Receipt | undefined> =>
  readReceipt(spool2, hour).catch((error: unknown) => {
    if (!(error instanceof OperatorError)) throw error
    return undefined
  })
