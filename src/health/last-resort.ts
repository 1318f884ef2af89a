import { createHash } from 'node:crypto'
import { lstat } from '../durable/files.js'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { makeFolder } from '../durable/disk.js'
import { errorCode } from '../operator-error.js'

/** Faults of a folder that can't be written, now or ever. */
const UNWRITABLE = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES', 'EPERM', 'ENOTDIR', 'EMFILE', 'ENFILE']

/** In memory, so that no full or broken disk is in its way; gone with a restart of the machine. */
const PLACES = ['/dev/shm', tmpdir()]

/** In other people's reach: only what nobody else can look into or replace is used. */
async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined)
  return found?.isDirectory() === true && found.uid === userInfo().uid && (found.mode & 0o077) === 0
}

const nameOf = (stateFolder: string): string =>
  `collector-${userInfo().uid}-${createHash('sha256').update(stateFolder).digest('hex').slice(0, 16)}`

/**
 * Where mails and alerts are kept whose place in the state folder can't be written, so that somebody is told of a full or
 * broken disk too, and only once. `undefined` where none is in use.
 */
export async function lastResort(stateFolder: string): Promise<string | undefined> {
  for (const place of PLACES) {
    const folder = join(place, nameOf(stateFolder))
    if (await isOurs(folder)) return folder
  }
  return undefined
}

/** Where something may be remembered that belongs into the state folder, the newest first. */
export async function rememberingFolders(stateFolder: string): Promise<string[]> {
  const resort = await lastResort(stateFolder)
  return resort === undefined ? [stateFolder] : [resort, stateFolder]
}

/** Do something in the state folder; where it can't be written, in the last resort. @throws what `work` throws in the state folder */
export async function orLastResort<T>(stateFolder: string, work: (folder: string) => Promise<T>): Promise<T> {
  try {
    return await work(stateFolder)
  } catch (error) {
    if (!UNWRITABLE.includes(errorCode(error) ?? '')) throw error
    for (const place of PLACES) {
      const folder = join(place, nameOf(stateFolder))
      const done = await attempt(folder, work)
      if (done) return done.result
    }
    throw error
  }
}

async function attempt<T>(folder: string, work: (folder: string) => Promise<T>): Promise<{ result: T } | undefined> {
  try {
    await makeFolder(folder, 0o700)
    return (await isOurs(folder)) ? { result: await work(folder) } : undefined
  } catch {
    return undefined
  }
}
