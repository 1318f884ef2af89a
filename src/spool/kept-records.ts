import { rm, stat } from '../durable/files.js'
import { join } from 'node:path'
import { namesIn, syncFolder } from '../durable/folder.js'
import { DAY_MS, dayOf } from '../utc.js'
import { JOURNAL_FOLDER, parseJournalName } from './journal.js'
import { parseReceiptName, RECEIPTS_FOLDER } from './receipt.js'
import { REJECTED_FOLDER } from './rejected.js'

/** How long receipts, journals and rejected lines are kept, on both servers. */
const KEPT_DAYS = 400

/**
 * The longest that a minute file may be kept on server 2 after its sealing, in ms: it must go before its receipt does,
 * or it would be sent again.
 */
export const LONGEST_KEEP_MS = (KEPT_DAYS - 10) * DAY_MS

/** The first day of which records are kept. */
export const firstKeptDay = (nowMs: number): number => dayOf(nowMs) - KEPT_DAYS * DAY_MS

/**
 * Whether a file of a spool's record folders is too old to be kept: a journal or rejected lines by the day that they are
 * of, a receipt by when it was written, for that of an old hour may be young. Strangers are never too old.
 */
export function isOutdated({ name, writtenMs }: { name: string; writtenMs: number }, nowMs: number): boolean {
  const day = parseJournalName(name) ?? (parseReceiptName(name) === undefined ? undefined : dayOf(writtenMs))
  return day !== undefined && day < firstKeptDay(nowMs)
}

/** Remove a spool's records that are too old to be kept. Returns how many. One that is left by a crash goes next time. */
export async function removeOutdatedRecords(spool: string, nowMs: number): Promise<number> {
  let removed = 0
  for (const folder of [JOURNAL_FOLDER, REJECTED_FOLDER, RECEIPTS_FOLDER].map((name) => join(spool, name))) {
    const paths = await outdatedIn(folder, nowMs)
    for (const path of paths) await rm(path, { force: true })
    if (paths.length > 0) await syncFolder(folder)
    removed += paths.length
  }
  return removed
}

async function outdatedIn(folder: string, nowMs: number): Promise<string[]> {
  const paths: string[] = []
  for (const name of await namesIn(folder)) {
    const path = join(folder, name)
    if (isOutdated({ name, writtenMs: (await stat(path)).mtimeMs }, nowMs)) paths.push(path)
  }
  return paths
}
