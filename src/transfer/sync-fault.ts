import ssh2 from 'ssh2'
import { errorText, ExitCode, OperatorError } from '../operator-error.js'
import { printable } from '../printable.js'
import type { SyncSettings } from '../settings/settings.js'

const { utils } = ssh2

/** What a request may be answered with (SFTP version 3, section 7). */
export const Status: Readonly<
  Record<'EOF' | 'NO_SUCH_FILE' | 'PERMISSION_DENIED' | 'FAILURE' | 'OP_UNSUPPORTED', number>
> = utils.sftp.STATUS_CODE

/** Statuses of later versions that some servers answer in version 3 too: no space on the file system, quota exceeded. */
const FULL: readonly (number | undefined)[] = [14, 15]
/** The same: no such path. */
const NO_SUCH_PATH = 10

const MOST_CHARACTERS = 200

/** A text of the server's, fit for one line of a message. */
export const shortened = (text: string): string => printable(text, MOST_CHARACTERS)

/** The connection broke or never came about: the next run goes on where this one stopped. */
export class ConnectionLostError extends OperatorError {
  constructor(message: string, cause?: unknown) {
    super(message, { exitCode: ExitCode.temporary, cause })
  }
}

/** Server 1 refused one file for a reason of its own; others may go through. */
export class RefusedFileError extends OperatorError {}

/** Server 1 lets nothing be made in remote_folder itself. */
export class FolderDeniedError extends RefusedFileError {}

/** Server 1 didn't take what was written, and doesn't say why: it may be for want of room. */
export class WriteRefusedError extends RefusedFileError {}

/** Server 1 has no room for a file. */
export class NoRoomError extends WriteRefusedError {}

/** `server-1.example:22` */
export const addressOf = ({ host, port }: SyncSettings): string => `${host}:${port}`

/** The SFTP status that a request was answered with, also below an OperatorError; `undefined` for every other error. */
export function statusOf(error: unknown): number | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown }
  if (typeof code === 'number') return code
  return error instanceof OperatorError && cause !== undefined ? statusOf(cause) : undefined
}

export const isMissing = (error: unknown): boolean =>
  [Status.NO_SUCH_FILE, NO_SUCH_PATH].some((status) => statusOf(error) === status)

/**
 * True where an optional request was refused, for whatever reason: an extension that is not announced (ssh2 throws), that
 * is announced and fails, or a request that an administrator has switched off.
 */
export const isRefused = (error: unknown): boolean => statusOf(error) !== undefined

/** ssh2 throws this where the server doesn't announce an extension; turned into the status that it would answer. */
export function asStatus(error: unknown): unknown {
  if (errorText(error) !== 'Server does not support this extended request') return error
  return Object.assign(new Error('not supported'), { code: Status.OP_UNSUPPORTED })
}

/** True where a write's refusal may mean that the disk is full or a quota reached: SFTP has no status for that. */
export const mayBeFull = (error: unknown): boolean => statusOf(error) === Status.FAILURE || saysFull(error)

/** True where the server says so in as many words. */
export const saysFull = (error: unknown): boolean =>
  FULL.includes(statusOf(error)) || /no space|quota|disk (is )?full/i.test(errorText(causeOf(error)))

const causeOf = (error: unknown): unknown => (error instanceof OperatorError ? (error.cause ?? error) : error)

export function lostFault(error: unknown, sync: SyncSettings): ConnectionLostError {
  const reason = error instanceof Error ? shortened(error.message) : 'closed by the other side'
  return new ConnectionLostError(
    `the connection to ${addressOf(sync)} was lost (${reason}): the next run goes on from here; if it stays so, look at the network and at what sshd logs there`,
    error,
  )
}

export const stallFault = (sync: SyncSettings, ms: number): ConnectionLostError =>
  new ConnectionLostError(
    `${addressOf(sync)} has not answered for ${ms / 1000} s: the connection was ended, the next run goes on from here; if it stays so, look at the load and the disk of server 1`,
  )

/** The server broke the protocol: it answered something that is no answer to what was asked. */
export const nonsenseFault = (sync: SyncSettings, doing: string, path: string): ConnectionLostError =>
  new ConnectionLostError(
    `${addressOf(sync)} answered with something else when asked to ${doing} ${path}: the connection was ended, the next run goes on from here; if it stays so, update its SFTP server`,
  )

/** What server 1's answer to `doing` something with `path` (as server 1 knows it) means; other errors pass through. */
export function answerFault(error: unknown, doing: string, path: string, sync: SyncSettings): unknown {
  const status = statusOf(error)
  if (status === undefined || error instanceof OperatorError) return error
  if (status === Status.PERMISSION_DENIED) return denied(error, doing, path, sync)
  return new RefusedFileError(
    `${addressOf(sync)} could not ${doing} ${path} (${shortened(errorText(error))}): look at what lies there; it is tried again`,
    { cause: error },
  )
}

function denied(error: unknown, doing: string, path: string, sync: SyncSettings): RefusedFileError {
  const what = `${addressOf(sync)} does not let user ${sync.user} ${doing} ${path} (permission denied)`
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || (path.startsWith('/') ? '/' : '.')
  const isMade = doing === 'make' || doing === 'write'
  if (isMade && folder === sync.remoteFolder.replace(/(?<=.)\/+$/, ''))
    return new FolderDeniedError(
      `${what}: make that user the owner of ${folder} there, which is [sync] remote_folder`,
      {
        cause: error,
      },
    )
  return new RefusedFileError(
    `${what}: see with ls -ld there whom ${path} and ${folder} belong to, and make that user their owner`,
    { cause: error },
  )
}
