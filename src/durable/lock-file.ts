import { randomUUID } from 'node:crypto'
import { closeSync, constants, fchownSync, fstatSync, lstatSync, openSync, rmSync, statSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { errorCode, OperatorError } from '../operator-error.js'
import { holdExclusively } from './exclusive-file.js'

export const lockFileName = (purpose: string): string => `.${purpose}.lock`

/** Whether a name in a folder is of a lock of this program: it is neither data nor a stranger's, and must stay. */
export const isLockName = (name: string): boolean => /^\.[a-z\d-]+\.(lock|holder)(\.part)?$/.test(name)

/**
 * The file that a lock of `folder` is taken on, made where there is none. It belongs to whom the folder belongs to, so
 * that a run as root shuts nobody out, and nobody else may read it: a reader could hold the lock back.
 * @throws OperatorError where something else lies in its place
 */
export function lockFile(folder: string, purpose: string): string {
  const path = join(folder, lockFileName(purpose))
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (!there) makeLockFile(folder, path)
  else if (!there.isFile()) throw new OperatorError(`${path} is ${kindOf(there)}, where a lock file belongs: remove it`)
  return path
}

function makeLockFile(folder: string, path: string): void {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const owner = statSync(folder)
  try {
    // Opened and closed without a pause in between: a lock on it that this process takes meanwhile would be lost.
    const file = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    if (fstatSync(file).uid !== owner.uid) giveTo(owner, file)
    closeSync(file)
  } catch (error) {
    if (!['EEXIST', 'EROFS'].includes(errorCode(error) ?? '')) throw error
  }
}

function giveTo({ uid, gid }: Stats, file: number): void {
  try {
    fchownSync(file, uid, gid)
  } catch {
    // Only root can; another user's lock file in a folder that it may write to is its own.
  }
}

const kindOf = (stats: Stats): string =>
  stats.isSymbolicLink() ? 'a symbolic link' : stats.isDirectory() ? 'a folder' : 'a special file'

/**
 * Whether the file system has locks at all: where it has none, every lock looks as if somebody else held it.
 * A file that can't be made for the trial counts as a yes.
 */
export function tryOutLocks(folder: string): boolean {
  const purpose = `trial-${randomUUID()}`
  const path = join(folder, lockFileName(purpose))
  try {
    lockFile(folder, purpose)
    const held = holdExclusively(path)
    if (typeof held === 'object') held.release()
    return held !== 'busy'
  } catch {
    return true
  } finally {
    rmSync(path, { force: true })
  }
}
