import { link, mkdir } from '../durable/files.js'
import { join } from 'node:path'
import { namesIn, syncFolder } from '../durable/folder.js'
import { PART } from '../durable/whole-file.js'
import { errorCode } from '../operator-error.js'
import { hourName } from '../utc.js'
import { dayFolder, hourOfName } from '../vault/archive-names.js'
import { parseNoticeName } from '../vault/lost-notice.js'

const PREFIX = 'damaged_'

/** Whether a name in a day's folder is that of a folder of files put aside. */
export const isPutAside = (name: string): boolean => name.startsWith(PREFIX)

/** `damaged_2026-11-21_13_revision-1`: what was damaged of that revision. */
const asideName = (hour: number, revision: number): string => `${PREFIX}${hourName(hour)}_revision-${revision}`

/** The highest revision of an hour of which files were put aside; 0 where there is none. */
export async function lastPutAside(vault: string, hour: number): Promise<number> {
  const start = asideName(hour, 0).slice(0, -1)
  const names = (await namesIn(dayFolder(vault, hour))).filter((name) => name.startsWith(start))
  return Math.max(0, ...names.map((name) => Number(name.slice(start.length))).filter(Number.isInteger))
}

/**
 * Keep an hour's files as they are, damage and all, in a folder beside them. They are linked, not moved:
 * the hour itself is as it was until its next revision is committed. May be repeated.
 * @returns the folder's name
 */
export async function putAside(vault: string, hour: number, revision: number): Promise<string> {
  const day = dayFolder(vault, hour)
  const name = asideName(hour, revision)
  const files = (await namesIn(day)).filter((file) => hourOfName(file) === hour && isOfRevision(file))
  await mkdir(join(day, name), { recursive: true, mode: 0o750 })
  for (const file of files)
    await link(join(day, file), join(day, name, file)).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error
    })
  await syncFolder(join(day, name))
  await syncFolder(day)
  return name
}

/** What is half-written is not, and what is noticed as lost goes on being so. */
const isOfRevision = (name: string): boolean => !name.endsWith(PART) && parseNoticeName(name) === undefined
