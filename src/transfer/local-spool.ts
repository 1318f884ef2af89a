import { journalDays, readJournal } from '../spool/journal.js'
import { fileSize, minuteFiles, spoolHours, type SpoolFile } from '../spool/spool-files.js'
import { HOUR_MS, hourOf } from '../utc.js'

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

/**
 * Every hour from the collection's beginning to the one of `nowMs`, oldest first, also those without a file; none where
 * nothing was collected yet. The beginning is the first journal event or the first hour's folder.
 */
export async function localHours(spool: string, nowMs: number): Promise<LocalHour[]> {
  const start = await beginning(spool)
  const hours: LocalHour[] = []
  for (let hour = start ?? Infinity; hour <= nowMs; hour += HOUR_MS) hours.push(await localHour(spool, hour))
  return hours
}

async function beginning(spool: string): Promise<number | undefined> {
  const [firstHour] = await spoolHours(spool)
  const firstEvent = await firstJournalEvent(spool)
  const starts = [firstHour, firstEvent].filter((start) => start !== undefined)
  return starts.length === 0 ? undefined : Math.min(...starts)
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
