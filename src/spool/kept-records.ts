import { silently, unlessStrange, type Tell } from '../durable/strange-entry.js'
import { UntrustedFolder } from '../durable/untrusted-folder.js'
import { DAY_MS, dayOf } from '../utc.js'
import { JOURNAL_FOLDER, parseJournalName } from './journal.js'
import { parseReceiptName, RECEIPTS_FOLDER } from './receipt.js'
import { REJECTED_FOLDER } from './rejected.js'
import { spoolHours } from './spool-files.js'

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
 * of, a receipt also by when it was written, for that of an old hour may be young. A time that has not come tells nothing.
 * Strangers are never too old.
 */
export function isOutdated({ name, writtenMs }: { name: string; writtenMs: number }, nowMs: number): boolean {
  const isOld = (ms: number) => dayOf(ms) < firstKeptDay(nowMs)
  const day = parseJournalName(name)
  if (day !== undefined) return isOld(day)
  const hour = parseReceiptName(name)
  return hour !== undefined && isOld(hour) && (isOld(writtenMs) || writtenMs > nowMs + DAY_MS)
}

/**
 * Remove a spool's records that are too old to be kept; but none of the day before the first hour that still lies in the spool,
 * or later: that hour is not archived yet. Returns how many. One that is left by a crash goes next time.
 */
export async function removeOutdatedRecords(spool: string, nowMs: number, tell: Tell = silently): Promise<number> {
  const [firstHour = nowMs] = await spoolHours(spool, tell)
  const needed = { fromMs: dayOf(firstHour) - DAY_MS, nowMs }
  let removed = 0
  for (const name of [JOURNAL_FOLDER, REJECTED_FOLDER, RECEIPTS_FOLDER])
    removed += (await unlessStrange(removeOutdatedIn(spool, name, needed), tell)) ?? 0
  return removed
}

async function removeOutdatedIn(
  spool: string,
  name: string,
  { fromMs, nowMs }: { fromMs: number; nowMs: number },
): Promise<number> {
  await using folder = await UntrustedFolder.open(spool, name)
  if (!folder) return 0
  let removed = 0
  // Most are too young whenever they were written: those need not be looked at.
  for (const name of await folder.names((name) => isOutdated({ name, writtenMs: -Infinity }, nowMs))) {
    const ofMs = parseJournalName(name) ?? parseReceiptName(name) ?? Infinity
    if (ofMs >= fromMs || !isOutdated({ name, writtenMs: (await folder.writtenMs(name)) ?? nowMs }, nowMs)) continue
    await folder.remove(name)
    removed += 1
  }
  if (removed > 0) await folder.sync()
  return removed
}
