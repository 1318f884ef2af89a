import { relative } from 'node:path'
import { lstat } from '../durable/files.js'
import { silently, StrangeEntryError, type Tell } from '../durable/strange-entry.js'
import { errorCode } from '../operator-error.js'
import { journalDays, readJournal } from '../spool/journal.js'
import { minuteFiles, spoolHours, type SpoolFile } from '../spool/spool-files.js'
import { firstKeptDay } from '../spool/kept-records.js'
import { HOUR_MS, hourName, hourOf } from '../utc.js'

/** A sealed minute file and its size. */
export interface SealedFile extends SpoolFile {
  readonly bytes: number
}

/** What an hour's folder holds. */
export interface LocalHour {
  readonly hour: number
  readonly sealed: readonly SealedFile[]
  /** The earliest minute that a collector still holds open, ms since 1970. */
  readonly firstOpen: number | undefined
}

/** Does a part of the work whose own fault must not stop the rest. */
type Alone = (what: string, work: () => Promise<void>) => Promise<void>

/**
 * Every hour to be looked at, oldest first, up to the one of `nowMs`: those that have a folder, and since the collection's
 * beginning those of which records are kept. The beginning is the first journal event or the first hour's folder. A day, an
 * hour or a journal that can't be read is told by `alone` and left out, and nothing else with it.
 */
export async function localHours(spool: string, nowMs: number, alone: Alone): Promise<LocalHour[]> {
  const strange: StrangeEntryError[] = []
  const tell: Tell = (entry) => strange.push(entry)
  const folders = (await spoolHours(spool, tell)).filter((hour) => hour <= nowMs)
  const hours = new Set(folders)
  let start = folders[0] ?? Infinity
  await alone('journal', async () => {
    start = Math.min(start, (await firstJournalEvent(spool, tell)) ?? Infinity)
  })
  for (const entry of strange) await alone(relative(spool, entry.path), () => Promise.reject(entry))
  for (let hour = Math.max(start, firstKeptDay(nowMs)); hour <= nowMs; hour += HOUR_MS) hours.add(hour)
  const found: LocalHour[] = []
  for (const hour of [...hours].sort((a, b) => a - b))
    await alone(hourName(hour), async () => {
      found.push(await localHour(spool, hour, alone))
    })
  return found
}

async function firstJournalEvent(spool: string, tell: Tell): Promise<number | undefined> {
  for (const day of await journalDays(spool, tell)) {
    for await (const { at } of readJournal(spool, day, silently)) return hourOf(Date.parse(at))
  }
  return undefined
}

async function localHour(spool: string, hour: number, alone: Alone): Promise<LocalHour> {
  const files = await minuteFiles(spool, hour)
  const sealed: SealedFile[] = []
  for (const file of files)
    await alone(file.name, async () => {
      const bytes = file.open ? undefined : await regularSize(file.path)
      if (bytes !== undefined) sealed.push({ ...file, bytes })
    })
  return { hour, sealed, firstOpen: files.find(({ open }) => open)?.minute }
}

/**
 * A file's size in bytes, without opening it, for to open a FIFO is to wait; `undefined` where it was removed, or sealed
 * under its final name, since it was listed: the next run sees it.
 * @throws StrangeEntryError where it is no regular file
 */
export async function regularSize(path: string): Promise<number | undefined> {
  const stats = await lstat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (!stats || stats.isFile()) return stats?.size
  throw new StrangeEntryError(path, stats.isSymbolicLink() ? 'is a symbolic link' : 'is no regular file')
}
