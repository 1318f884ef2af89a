import { hourName } from '../utc.js'
import type { Book } from '../vault/book.js'
import { answerBatch } from './answer-batch.js'
import { archiveHour } from './archive-hour.js'
import type { HourContext } from './hour-context.js'
import { stockOfHour, type HourStock } from './hour-stock.js'
import type { Server } from './input-file.js'
import { newInputs } from './new-inputs.js'
import { readiness } from './readiness.js'
import { removeEmptyFolder, removeSources } from './remove-sources.js'
import type { SealedFiles } from './sealed-files.js'

/** What became of an hour in a run. */
export type HourOutcome =
  | { kind: 'early' }
  | { kind: 'waiting'; reason: string }
  | { kind: 'archived'; book: Book }
  | { kind: 'unchanged'; book: Book }

/**
 * Do what an hour needs: archive it if it is due and something is new, then answer server 2 and remove the sources that
 * are safe. May be repeated, and killed at any point.
 * @throws OperatorError where the hour must be left as it is
 */
export async function processHour(hour: number, sealed: SealedFiles, context: HourContext): Promise<HourOutcome> {
  const stock = await stockOfHour(hour, sealed, context)
  const { clock, lateMs, waitMs } = context
  const ready = readiness(stock, { nowMs: clock.now(), lateMs, waitMs })
  if (ready.kind !== 'ready') {
    await settle(stock, stock.book, context)
    return ready
  }
  const inputs = newInputs(stock.files, stock.book)
  if (stock.book && inputs.length === 0 && sameServers(stock.book.missing_servers, ready.missing)) {
    await settle(stock, stock.book, context)
    return { kind: 'unchanged', book: stock.book }
  }
  const book = await archiveHour({ hour, book: stock.book, inputs, missing: ready.missing }, context)
  context.log.info(
    { hour: hourName(hour), revision: book.revision, tweets: book.archived, only_1: book.only_1, only_2: book.only_2 },
    'archived',
  )
  await settle(stock, book, context)
  return { kind: 'archived', book }
}

const sameServers = (a: readonly Server[], b: readonly Server[]): boolean => a.join() === b.join()

/** What follows a commit, and is made up for where a crash came between: the receipt, then the removal of the sources. */
async function settle(stock: HourStock, book: Book | undefined, { spools, log }: HourContext): Promise<void> {
  const [, spool2] = spools
  if (spool2 && (book || stock.refused.length > 0)) await answerBatch(spool2.folder, stock.hour, book, stock.refused)
  if (!book) return
  const removed = await removeSources(stock.files, book)
  if (removed > 0) log.debug({ hour: hourName(stock.hour), files: removed }, 'removed sources that are archived')
  if (book.missing_servers.length > 0) return
  for (const { folder } of spools) await removeEmptyFolder(folder, stock.hour)
}
