import { HOUR_MS, hourName, MINUTE_MS } from '../utc.js'
import type { Batch } from '../spool/batch.js'
import { hourFolder } from '../spool/minute-name.js'
import { receiptText, writeReceipt, type Receipt } from '../spool/receipt.js'
import { crashPoint } from '../durable/crash-point.js'
import { UntrustedFolder } from '../durable/untrusted-folder.js'
import type { Book } from '../vault/book.js'
import type { InputFile, Stock } from './input-file.js'
import { isBooked } from './new-inputs.js'

/** As much may the clocks of the two servers differ. */
const CLOCKS_DIFFER_MS = 5 * MINUTE_MS

/**
 * Whether server 2's hour is all here: its batch is final, and every file that it lists is here or in the book. The batch
 * of an hour that was complete has been cleared away; it comes again with whatever server 2 adds. Where
 * it is sealed up to a time that has not come, server 2's clock is wrong, and it is not known how far.
 */
export function isComplete(
  batch: Batch | undefined,
  files: readonly InputFile[],
  book: Book | undefined,
  { hour, lateMs, nowMs }: { hour: number; lateMs: number; nowMs: number },
): boolean {
  if (!batch) return book !== undefined && book.redundant && !book.missing_servers.includes(2)
  const sealedUntilMs = Date.parse(batch.sealed_until)
  if (sealedUntilMs < hour + HOUR_MS + lateMs || sealedUntilMs > nowMs + CLOCKS_DIFFER_MS) return false
  const here = new Set(files.map(({ sha256 }) => sha256))
  return batch.files.every(({ sha256 }) => here.has(sha256) || isBooked(book, { server: 2, sha256 }))
}

/** The files that came broken, lie there or aside as `.bad`, and have not come again. */
export async function refusedFiles(
  spool: string,
  hour: number,
  batch: Batch | undefined,
  { files, broken }: Stock,
): Promise<Receipt['refused']> {
  await using folder = await UntrustedFolder.open(spool, hourFolder(hour))
  const names = new Set(await folder?.names((name) => name.endsWith('.bad')))
  const here = new Set(files.map(({ sha256 }) => sha256))
  const cameBroken = new Set(broken.map(({ name }) => name))
  return (batch?.files ?? [])
    .filter(({ name, sha256 }) => (names.has(`${name}.bad`) || cameBroken.has(name)) && !here.has(sha256))
    .map(({ name, sha256 }) => ({ name, sha256, reason: 'its content is not the listed one' }))
}

/** Write server 1's answer to server 2, where it is not there already in these words. Returns whether it was written. */
export async function answerBatch(
  spool: string,
  hour: number,
  book: Book | undefined,
  refused: Receipt['refused'],
): Promise<boolean> {
  const files = (book?.inputs ?? []).filter(({ server }) => server === 2)
  const receipt: Receipt = {
    hour: hourName(hour),
    revision: book?.revision ?? 0,
    files: files.map(({ name, sha256 }) => ({ name, sha256 })),
    refused,
  }
  if ((await receiptText(spool, hour)) === JSON.stringify(receipt)) return false
  crashPoint('archive-before-receipt')
  await writeReceipt(spool, hour, receipt)
  crashPoint('archive-after-receipt')
  return true
}
