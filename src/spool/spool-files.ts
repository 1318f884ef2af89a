import { dirname, join } from 'node:path'
import { syncFolder } from '../durable/disk.js'
import { namesIn } from '../durable/folder.js'
import { silently, unlessStrange, type Tell } from '../durable/strange-entry.js'
import { UntrustedFolder } from '../durable/untrusted-folder.js'
import { PART } from '../durable/whole-file.js'
import { errorCode } from '../operator-error.js'
import { FIRST_USABLE_MS } from '../tweet/snowflake.js'
import { dayOf, hourOf, HOUR_MS, parseDayName } from '../utc.js'
import { hourFolder, minuteFileName, parseMinuteFileName, type MinuteId } from './minute-name.js'

export { fileSize } from '../durable/disk.js'

/** A minute file in a spool. */
export interface SpoolFile extends MinuteId {
  readonly name: string
  readonly path: string
  /** Still a `.part`: held by a collector, or an orphan. */
  readonly open: boolean
}

/**
 * The hours for which a spool has a folder, oldest first, since there are IDs that tell a time. Other folders are left alone;
 * what has a day's name and cannot be looked into is told.
 */
export async function spoolHours(spool: string, tell: Tell = silently): Promise<number[]> {
  await using top = await UntrustedFolder.open(spool)
  const isDay = (name: string) => (parseDayName(name) ?? -Infinity) >= dayOf(FIRST_USABLE_MS)
  const hours: number[] = []
  for (const day of (await top?.names(isDay)) ?? []) {
    const start = parseDayName(day) ?? 0
    const names = await unlessStrange(hoursIn(top, day), tell)
    hours.push(...(names ?? []).map((name) => start + Number(name) * HOUR_MS))
  }
  return hours
}

async function hoursIn(top: UntrustedFolder | undefined, day: string): Promise<string[]> {
  await using folder = await top?.folder(day)
  return (await folder?.names((name) => /^([01]\d|2[0-3])$/.test(name))) ?? []
}

/**
 * The minute files of one hour, by minute and number; strangers and files of other hours are left out.
 * @throws StrangeEntryError where the hour's folder is none that can be listed
 */
export async function minuteFiles(spool: string, hour: number): Promise<SpoolFile[]> {
  await using folder = await UntrustedFolder.open(spool, hourFolder(hour))
  return folder ? await minuteFilesIn(folder, hour) : []
}

/** The same, of an hour's folder that is open. */
export async function minuteFilesIn(folder: UntrustedFolder, hour: number): Promise<SpoolFile[]> {
  const parse = (name: string) => {
    const parsed = parseMinuteFileName(name)
    return parsed && hourOf(parsed.minute) === hour ? parsed : undefined
  }
  const names = await folder.names((name) => parse(name) !== undefined)
  const files = names.flatMap((name) => {
    const parsed = parse(name)
    return parsed ? [{ ...parsed, name, path: join(folder.path, name) }] : []
  })
  return files.sort((a, b) => a.minute - b.minute || a.number - b.number)
}

/** More than a busy minute of all of X has; more is not read. */
export const LARGEST_MINUTE_FILE = 2 ** 31

/** The `.part` file of a minute. */
export function openFile(spool: string, id: MinuteId): SpoolFile {
  const name = minuteFileName(id) + PART
  return { ...id, name, path: join(spool, hourFolder(hourOf(id.minute)), name), open: true }
}

/**
 * Put the names of a spool's folders on the disk: a process that was killed between making one and syncing the folder
 * above has left that undone, and nobody else would do it.
 */
export async function syncNames(spool: string): Promise<void> {
  const days = (await namesIn(spool)).filter((name) => parseDayName(name) !== undefined)
  const folders = [dirname(spool), spool, ...[...days, 'journal', 'rejected'].map((name) => join(spool, name))]
  for (const folder of folders)
    await syncFolder(folder).catch((error: unknown) => {
      if (!['ENOENT', 'EACCES', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error
    })
}
