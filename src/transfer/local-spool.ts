import { journalDays, readJournal } from '../spool/journal.js'
import { fileSize, minuteFiles, spoolHours, type SpoolFile } from '../spool/spool-files.js'
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
 * beginning those of which records are kept. The beginning is the first journal event or the first hour's folder. An hour
 * whose folder can't be read is told by `alone` and left out.
 */
export async function localHours(spool: string, nowMs: number, alone: Alone): Promise<LocalHour[]> {
  const folders = (await spoolHours(spool)).filter((hour) => hour <= nowMs)
  const hours = new Set(folders)
  let start = folders[0] ?? Infinity
  await alone('journal', async () => {
    start = Math.min(start, (await firstJournalEvent(spool)) ?? Infinity)
  })
  for (let hour = Math.max(start, firstKeptDay(nowMs)); hour <= nowMs; hour += HOUR_MS) hours.add(hour)
  const found: LocalHour[] = []
  for (const hour of [...hours].sort((a, b) => a - b))
    await alone(hourName(hour), async () => {
      found.push(await localHour(spool, hour))
    })
  return found
}

async function firstJournalEvent(spool: string): Promise<number | undefined> {
  for (const day of await journalDays(spool)) {
    for await (const { at } of readJournal(spool, day)) return hourOf(Date.parse(at))
  }
  return undefined
}

async function localHour(spool: string, hour: number): Promise<LocalHour> {
  const files = await minuteFiles(spool, hour)
  const sizes = await Promise.all(files.map(({ path }) => fileSize(path)))
  return {
    hour,
    // A file without a size was removed, or sealed under its final name, in between: the next run sees it.
    sealed: files.flatMap((file, index) => {
      const bytes = sizes[index]
      return file.open || bytes === undefined ? [] : [{ ...file, bytes }]
    }),
    firstOpen: files.find(({ open }) => open)?.minute,
  }
}
