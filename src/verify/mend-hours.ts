import { faultText } from '../durable/owner.js'
import { CorruptStateError } from '../durable/state-file.js'
import { errorCode, OperatorError } from '../operator-error.js'
import { writeDayReport } from '../report/write-day-report.js'
import { dayName, dayOf, hourName } from '../utc.js'
import { recoverDay } from '../vault/commit.js'
import { bookOfArchive, LostBookError } from '../vault/lost-book.js'
import { MISSING_RECEIPT, receiptFault } from './check-receipts.js'
import type { Finding, Found } from './finding.js'
import type { MendContext } from './mend-context.js'
import { mendHour, type MendedHour } from './mend-hour.js'
import { mendState } from './mend-state.js'
import { renewReceipt, withdrawReceipt } from './mended-receipt.js'
import { rebuildHour } from './rebuild-hour.js'

/** What came of mending. */
export interface Mended {
  /** What was done, a line an hour. */
  readonly done: string[]
  /** Hours that cannot be mended, and what to do about each. */
  readonly failed: Finding[]
}

/**
 * Write what is damaged of an hour anew from what can be read, as a new revision; what is whole stays, and the damaged files
 * are kept beside it. A book that is damaged or gone is made anew, a state that contradicts its figures judged anew, a receipt that is not what its book says is withdrawn. A
 * crash leaves an hour as it was, or mended; one that cannot be mended, be it for its folder's sake, stops no other.
 * Process-hour's lock is to be held.
 */
export async function mendHours(
  { damaged, wrongReceipts, misjudged }: Pick<Found, 'damaged' | 'wrongReceipts' | 'misjudged'>,
  context: MendContext,
): Promise<Mended> {
  const mended: Mended = { done: [], failed: [] }
  const attempt = async (place: string, work: () => Promise<void>, what = 'not mended') => {
    try {
      await work()
    } catch (error) {
      context.signal.throwIfAborted()
      if (!(error instanceof OperatorError) && errorCode(error) === undefined) throw error
      mended.failed.push({ place, text: `${what}: ${faultText(error)}` })
    }
  }
  const { folder } = context.vault
  for (const hour of [...damaged].sort((a, b) => a - b)) {
    const name = hourName(hour)
    await attempt(name, async () => {
      await recoverDay(folder, dayName(hour))
      const result = await mendOrRebuild(hour, context)
      if (!result) return
      mended.done.push(tell(hour, result, context))
      await attempt(name, () => follow(hour, result, context), 'mended, but not all that follows from it is done')
    })
  }
  for (const hour of [...misjudged].filter((hour) => !damaged.has(hour)))
    await attempt(hourName(hour), async () => {
      mended.done.push(await mendState(hour, context))
    })
  for (const hour of wrongReceipts)
    await attempt(hourName(hour), async () => {
      mended.done.push(...(await mendReceipt(hour, context)))
    })
  return mended
}

function tell(hour: number, { book }: MendedHour, { log }: MendContext): string {
  const change = book.revisions.at(-1)?.change ?? ''
  log.warn({ hour: hourName(hour), revision: book.revision }, change)
  return `${hourName(hour)}: revision ${book.revision}: ${change}`
}

/** The receipt and the report of a mended hour; the next process-hour writes both, where this fails. */
async function follow(hour: number, { book, isWhole }: MendedHour, context: MendContext): Promise<void> {
  const { vault, spool2, redundant, log } = context
  if (spool2 !== undefined && isWhole) await renewReceipt(spool2, hour, book)
  await writeDayReport({ vaultFolder: vault.folder, day: dayOf(hour), redundant }, log)
}

/** `undefined` where the hour is whole after all. */
async function mendOrRebuild(hour: number, context: MendContext): Promise<MendedHour | undefined> {
  try {
    const book = await bookOfArchive(context.vault.folder, hour)
    return book && (await mendHour(hour, book, context))
  } catch (error) {
    if (error instanceof LostBookError) return { book: await rebuildHour(hour, 'gone', context), isWhole: true }
    if (error instanceof CorruptStateError) return { book: await rebuildHour(hour, 'damaged', context), isWhole: true }
    throw error
  }
}

/** @returns a line where the receipt is still wrong, and was withdrawn */
async function mendReceipt(hour: number, { vault, spool2 }: MendContext): Promise<string[]> {
  const book = await bookOfArchive(vault.folder, hour).catch(() => undefined)
  if (!book || spool2 === undefined) return []
  const fault = await receiptFault(spool2, hour, book)
  if (fault === undefined || fault === MISSING_RECEIPT) return []
  await withdrawReceipt(spool2, hour)
  return [`${hourName(hour)}: its receipt is withdrawn (${fault}); the next process-hour writes it anew`]
}
