import { parseDayName, DAY_MS, HOUR_MS } from '../utc.js'
import { parseArchiveName } from '../vault/archive-names.js'
import { readBook } from '../vault/book.js'

/** An upload may wait for so long before it counts as found: OSF's outages are shorter. */
const LONGEST_WAIT_MS = DAY_MS

/** A file of which the ledger does not know that it was uploaded: since when it waits, and whether that is too long. */
export async function waitingFor(
  vault: string,
  remote: string,
  nowMs: number,
): Promise<{ isLate: boolean; text: string }> {
  const since = await changedMs(vault, remote)
  if (since === undefined || nowMs - since < LONGEST_WAIT_MS)
    return { isLate: false, text: 'not uploaded yet: the next run of process-hour or publish brings it' }
  const at = new Date(since).toISOString()
  return { isLate: true, text: `not uploaded, though it is there since ${at}: collector publish says why` }
}

/** When the hour, or the last one of a report's day, was written; `undefined` where nothing tells. */
async function changedMs(vault: string, remote: string): Promise<number | undefined> {
  const name = remote.slice(remote.lastIndexOf('/') + 1)
  const hour = parseArchiveName(name)?.hour
  const day = parseDayName(name.slice(0, 'YYYY-MM-DD'.length))
  const hours = hour !== undefined ? [hour] : day === undefined ? [] : hoursOf(day)
  const times = await Promise.all(
    hours.map(async (of) => Date.parse((await readBook(vault, of).catch(() => undefined))?.revisions.at(-1)?.at ?? '')),
  )
  const known = times.filter((time) => !Number.isNaN(time))
  return known.length === 0 ? undefined : Math.max(...known)
}

const hoursOf = (day: number): number[] => Array.from({ length: DAY_MS / HOUR_MS }, (_, index) => day + index * HOUR_MS)
