import { link, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../durable/folder.js'
import { errorCode } from '../operator-error.js'
import { hourName } from '../utc.js'
import { dayFolder } from '../vault/archive-names.js'
import { bookName, type Book } from '../vault/book.js'

const PREFIX = 'damaged_'

/** Whether a name in a day's folder is that of a folder of files put aside. */
export const isPutAside = (name: string): boolean => name.startsWith(PREFIX)

/**
 * Keep an hour's files as they are, damage and all, in a folder beside them: `damaged_2026-11-21_13_revision-1`. They are
 * linked, not moved: the hour itself is as it was until its next revision is committed. May be repeated.
 * @returns the folder's name
 */
export async function putAside(vault: string, hour: number, { revision, archive }: Book): Promise<string> {
  const day = dayFolder(vault, hour)
  const name = `${PREFIX}${hourName(hour)}_revision-${revision}`
  await mkdir(join(day, name), { recursive: true, mode: 0o750 })
  for (const file of [...archive.map((entry) => entry.name), bookName(hour)])
    await link(join(day, file), join(day, name, file)).catch((error: unknown) => {
      if (!['ENOENT', 'EEXIST'].includes(errorCode(error) ?? '')) throw error
    })
  await syncFolder(join(day, name))
  await syncFolder(day)
  return name
}
