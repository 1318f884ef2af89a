import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { namesIn } from '../durable/folder.js'
import { errorCode } from '../operator-error.js'
import { hourOf, HOUR_MS, parseDayName } from '../utc.js'
import { hourFolder, parseMinuteFileName, type MinuteId } from './minute-name.js'

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

/** Size in bytes of a file, `undefined` where there is none. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
