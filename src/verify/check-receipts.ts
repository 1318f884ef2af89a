import { join } from 'node:path'
import { faultText } from '../durable/owner.js'
import { errorCode, errorText, OperatorError } from '../operator-error.js'
import { readReceipt, receiptName, RECEIPTS_FOLDER, type Receipt } from '../spool/receipt.js'
import { DAY_MS } from '../utc.js'
import type { Book } from '../vault/book.js'
import { nothingFound, type Found } from './finding.js'

/** Receipts of older hours may have been removed. */
const KEPT_MS = 400 * DAY_MS

/** Whether server 2 has the answer to every hour that is archived, and the one that the book gives. */
export async function checkReceipts(spool2: string, books: ReadonlyMap<number, Book>, nowMs: number): Promise<Found> {
  const found = nothingFound()
  for (const [hour, book] of books) {
    if (hour < nowMs - KEPT_MS) continue
    const text = await receiptFault(spool2, hour, book)
    if (text === undefined) continue
    found.findings.push({ place: join(spool2, RECEIPTS_FOLDER, receiptName(hour)), text })
    if (text !== MISSING_RECEIPT) found.wrongReceipts.add(hour)
  }
  return found
}

export const MISSING_RECEIPT = 'missing: the next process-hour writes it'

/** What is wrong with an hour's receipt; `undefined` where it answers for what the book has. */
export async function receiptFault(spool2: string, hour: number, book: Book): Promise<string | undefined> {
  try {
    const receipt = await readReceipt(spool2, hour)
    return receipt ? contentFault(receipt, book) : MISSING_RECEIPT
  } catch (error) {
    if (error instanceof OperatorError) return `damaged: ${errorText(error)}`
    if (errorCode(error) !== undefined) return `cannot be read (${faultText(error)})`
    throw error
  }
}

function contentFault(receipt: Receipt, book: Book): string | undefined {
  if (receipt.hour !== book.hour) return `it is for ${receipt.hour}`
  const key = ({ name, sha256 }: { name: string; sha256: string }) => `${name} ${sha256}`
  const booked = new Set(book.inputs.filter(({ server }) => server === 2).map(key))
  const strange = receipt.files.filter((file) => !booked.has(key(file)))
  if (strange[0])
    return `it answers for ${strange.length} files that are not in the book (${strange[0].name}): server 2 would remove them; verify --mend withdraws it, process-hour writes it anew`
  if (receipt.files.length < booked.size || receipt.revision !== book.revision)
    return `it answers for ${receipt.files.length} files of revision ${receipt.revision}, the book has ${booked.size} of revision ${book.revision}: verify --mend withdraws it, process-hour writes it anew`
  return undefined
}
