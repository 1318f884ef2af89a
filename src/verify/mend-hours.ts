import { holderOf, takeLock, type Lock } from '../durable/lock.js'
import { CorruptStateError } from '../durable/state-file.js'
import { errorText, ExitCode, OperatorError } from '../operator-error.js'
import { writeDayReport } from '../report/write-day-report.js'
import { dayOf, hourName, MINUTE_MS } from '../utc.js'
import type { Book } from '../vault/book.js'
import { recoverVault } from '../vault/commit.js'
import { bookOfArchive, LostBookError } from '../vault/lost-book.js'
import { MISSING_RECEIPT, receiptFault } from './check-receipts.js'
import type { Finding, Found } from './finding.js'
import type { MendContext } from './mend-context.js'
import { mendHour } from './mend-hour.js'
import { withdrawReceipt } from './mended-receipt.js'
import { rebuildHour } from './rebuild-hour.js'

/** What came of mending. */
export interface Mended {
  /** What was done, a line an hour. */
  readonly done: string[]
  /** Hours that cannot be mended, and what to do about each. */
  readonly failed: Finding[]
}

/**
 * Write damaged hours anew from what of them can be read, as a new revision; the damaged files are kept beside it. A book that
 * is damaged or gone is made anew, a receipt that is not what its book says is withdrawn. A crash leaves an hour as it was, or mended; one that cannot be mended stops no other.
 * @throws OperatorError with exit code 75 where process-hour is at work and does not come to an end
 */
export async function mendHours(
  { damaged, wrongReceipts }: Pick<Found, 'damaged' | 'wrongReceipts'>,
  context: MendContext,
): Promise<Mended> {
  const { vault, redundant, log, signal } = context
  await using _lock = await lockVault(context)
  await recoverVault(vault.folder)
  const mended: Mended = { done: [], failed: [] }
  for (const hour of [...damaged].sort((a, b) => a - b))
    try {
      const book = await mendOrRebuild(hour, context)
      if (!book) continue
      const change = book.revisions.at(-1)?.change ?? ''
      log.warn({ hour: hourName(hour), revision: book.revision }, change)
      mended.done.push(`${hourName(hour)}: revision ${book.revision}: ${change}`)
      await writeDayReport({ vaultFolder: vault.folder, day: dayOf(hour), redundant }, log)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof OperatorError)) throw error
      mended.failed.push({ place: hourName(hour), text: `not mended: ${errorText(error)}` })
    }
  for (const hour of wrongReceipts) mended.done.push(...(await mendReceipt(hour, context)))
  return mended
}

/** `undefined` where the hour is whole after all. */
async function mendOrRebuild(hour: number, context: MendContext): Promise<Book | undefined> {
  try {
    const book = await bookOfArchive(context.vault.folder, hour)
    return book && (await mendHour(hour, book, context))
  } catch (error) {
    if (error instanceof LostBookError) return rebuildHour(hour, 'gone', context)
    if (error instanceof CorruptStateError) return rebuildHour(hour, 'damaged', context)
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

const PATIENCE_MS = 20 * MINUTE_MS
const POLL_MS = 5000

/** A run of process-hour takes a minute or two, and looking for damage hours: it should not have been for nothing. */
async function lockVault({ vault: { folder }, clock, log, signal }: MendContext): Promise<Lock> {
  for (let waitedMs = 0; waitedMs <= PATIENCE_MS; waitedMs += POLL_MS) {
    signal.throwIfAborted()
    const lock = await takeLock(folder, 'process-hour', clock)
    if (lock) return lock
    if (waitedMs === 0)
      log.info({ folder, by: holderOf(folder, 'process-hour') }, 'process-hour is at work: mending waits for its end')
    await clock.sleep(POLL_MS, signal)
  }
  const holder = holderOf(folder, 'process-hour')
  throw new OperatorError(
    `nothing is mended: process-hour is at work on ${folder} (${holder}); run verify --mend again after it`,
    { exitCode: ExitCode.temporary },
  )
}
