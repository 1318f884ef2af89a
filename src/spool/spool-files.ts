import { dirname, join } from 'node:path'
import { syncFolder } from '../durable/disk.js'
import { namesIn } from '../durable/folder.js'
import { PART } from '../durable/whole-file.js'
import { errorCode } from '../operator-error.js'
import { hourOf, HOUR_MS, parseDayName } from '../utc.js'
import { hourFolder, minuteFileName, parseMinuteFileName, type MinuteId } from './minute-name.js'

export { fileSize } from '../durable/disk.js'

/** A minute file in a spool. */
export interface SpoolFile extends MinuteId {
  readonly name: string
  readonly path: string
  /** Still a `.part`: held by a collector, or an orphan. */
  readonly open: boolean
}

/** The hours for which a spool has a folder, oldest first. Other folders are left alone. */
export async function spoolHours(spool: string): Promise<number[]> {
  const hours: number[] = []
  for (const day of await namesIn(spool)) {
    const start = parseDayName(day)
    if (start === undefined) continue
    for (const name of await namesIn(join(spool, day)))
      if (/^([01]\d|2[0-3])$/.test(name)) hours.push(start + Number(name) * HOUR_MS)
  }
  return hours
}

/** The minute files of one hour, by minute and number; strangers and files of other hours are left out. */
export async function minuteFiles(spool: string, hour: number): Promise<SpoolFile[]> {
  const folder = join(spool, hourFolder(hour))
  const files = (await namesIn(folder)).flatMap((name) => {
    const parsed = parseMinuteFileName(name)
    return parsed && hourOf(parsed.minute) === hour ? [{ ...parsed, name, path: join(folder, name) }] : []
  })
  return files.sort((a, b) => a.minute - b.minute || a.number - b.number)
}

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
      if (!['ENOENT', 'EACCES'].includes(errorCode(error) ?? '')) throw error
    })
}
