import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../clock.js'
import { OperatorError } from '../operator-error.js'
import { dueFault } from './disk-fault.js'
import { holdExclusively, type Held } from './exclusive-file.js'
import { lockFile, tryOutLocks } from './lock-file.js'
import { noteHolder, readHolder } from './lock-holder.js'

/** What a folder is locked for. Two locks of one folder for different work don't exclude each other. */
export type LockPurpose = 'collect' | 'sync' | 'process-hour' | 'publish' | 'send-mail'

/** Held until disposed or until the process ends, however it ends. */
export interface Lock extends AsyncDisposable {
  readonly folder: string
}

/** So often, and so far apart, is a lock asked for that `isLocked` of another process may have for an instant. */
const TRIES = 4
const TRY_AGAIN_MS = 25

/**
 * Take the lock that guards `folder`, or answer `undefined` where another holder has it; `holderOf` says who. It is a lock
 * of the file system on `.PURPOSE.lock` in the folder: it holds between containers and by whatever path, nobody who may
 * not write in the folder can take it, and the kernel releases it with the process. Nothing may remove the file, and
 * nothing else in this process may open it: closing it would release the lock.
 *
 * On a file system mounted read-only the lock is granted to everybody, for there nobody can change anything.
 * @throws OperatorError where the file system has no locks or the file can't be locked; an error of the disk as it is
 */
export async function takeLock(
  folder: string,
  purpose: LockPurpose,
  clock: Pick<Clock, 'now'>,
): Promise<Lock | undefined> {
  const held = await hold(folder, purpose)
  if (held === 'busy') return undefined
  if (held !== 'read-only') noteHolder(folder, purpose, clock.now())
  return {
    folder,
    [Symbol.asyncDispose]: () => {
      if (held !== 'read-only') held.release()
      return Promise.resolve()
    },
  }
}

/** Who has the lock, for a message: `process 812 since 2026-11-21T13:07:12.000Z`. */
export const holderOf = (folder: string, purpose: LockPurpose): string =>
  readHolder(folder, purpose) ?? 'a process that has left no name'

/** Whether somebody holds the lock now. @throws as `takeLock` */
export async function isLocked(folder: string, purpose: LockPurpose): Promise<boolean> {
  const held = await hold(folder, purpose)
  if (held === 'busy') return true
  if (held !== 'read-only') held.release()
  return false
}

async function hold(folder: string, purpose: LockPurpose): Promise<Held | 'busy' | 'read-only'> {
  const path = lockFile(folder, purpose)
  const fault = dueFault('lock', path)
  if (fault) throw fault
  for (let tries = 1; ; tries++) {
    const held = holdExclusively(path)
    if (held !== 'busy') return held
    if (tries === TRIES) break
    await setTimeout(TRY_AGAIN_MS)
  }
  if (tryOutLocks(folder)) return 'busy'
  throw new OperatorError(
    `the file system of ${folder} has no file locks (ENOLCK), so that nothing keeps two processes apart there: ` +
      'mount it with locks, or put the folder on another file system',
  )
}
