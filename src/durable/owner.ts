import { execFileSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { errorCode, errorText } from '../operator-error.js'

/** Something on the disk that belongs to another user than the one that this process runs as. */
export interface Foreign {
  readonly path: string
  /** That user's name, or its number where it has none. */
  readonly owner: string
}

const ROOT = 0

/**
 * The folder at `path` where it belongs to another user, so that what this process writes there would shut its owner
 * out. Of one that is not there yet, the folder above in which it would be made; anybody may make one below root's. A
 * folder that its owner shares with a group of this user's is nobody else's.
 */
export function foreignFolder(path: string): Foreign | undefined {
  const me = process.geteuid?.() ?? ROOT
  const place = nearest(path)
  if (!place || place.uid === me || (place.path !== path && place.uid === ROOT)) return undefined
  if (me !== ROOT && isSharedWithUs(place)) return undefined
  return { path: place.path, owner: userName(place.uid) }
}

interface Place {
  readonly path: string
  readonly uid: number
  readonly gid: number
  readonly mode: number
}

/** `path`, or the nearest of those above that can be seen; `undefined` where none can. */
function nearest(path: string): Place | undefined {
  for (let place = path; ; place = dirname(place)) {
    try {
      const { uid, gid, mode } = statSync(place)
      return { path: place, uid, gid, mode }
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error) ?? '') || place === dirname(place))
        return undefined
    }
  }
}

function isSharedWithUs({ path, gid, mode }: Place): boolean {
  const isOurGroup = process.getegid?.() === gid || process.getgroups?.().includes(gid) === true
  return isOurGroup && (mode & 0o020) !== 0 && mayWrite(path)
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** A user's name, or its number where it has none. */
function userName(uid: number): string {
  try {
    const line = execFileSync('getent', ['passwd', String(uid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return line.split(':', 1)[0] ?? String(uid)
  } catch {
    return uid === ROOT ? 'root' : String(uid)
  }
}

/** The name of the user that this process runs as. */
export const ownName = (): string => userName(process.geteuid?.() ?? ROOT)

/** An error's message, with whose it is and what to do where a file or folder of another user's has refused this one. */
export function faultText(error: unknown): string {
  const advice = ownerAdvice(error)
  return advice === undefined ? errorText(error) : `${errorText(error)}; ${advice}`
}

/** `undefined` where the error is not of permissions, or ownership is not the reason. */
export function ownerAdvice(error: unknown): string | undefined {
  const { path } = (error ?? {}) as { path?: unknown }
  if (typeof path !== 'string' || !['EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return undefined
  const place = nearest(path)
  if (!place || place.uid === process.geteuid?.()) return undefined
  const me = ownName()
  return `${place.path} belongs to ${userName(place.uid)}, and this runs as ${me}: as root, chown -R ${me} ${place.path}`
}
