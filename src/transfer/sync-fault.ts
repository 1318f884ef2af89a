import ssh2 from 'ssh2'
import { errorCode, errorText, ExitCode, OperatorError } from '../operator-error.js'
import type { SyncSettings } from '../settings/settings.js'
import type { HostKey } from './host-key.js'

const { utils } = ssh2

/** What a request may be answered with (SFTP version 3, section 7). */
export const Status: Readonly<Record<'NO_SUCH_FILE' | 'PERMISSION_DENIED' | 'FAILURE' | 'OP_UNSUPPORTED', number>> =
  utils.sftp.STATUS_CODE

/** The connection broke or never came about: the next run goes on where this one stopped. */
export class ConnectionLostError extends OperatorError {
  constructor(message: string, cause?: unknown) {
    super(message, { exitCode: ExitCode.temporary, cause })
  }
}

/** Server 1 refused one file for a reason of its own; others may go through. */
export class RefusedFileError extends OperatorError {}

/** `server-1.example:22` */
export const addressOf = ({ host, port }: SyncSettings): string => `${host}:${port}`

/** The SFTP status that a request was answered with, also below an OperatorError; `undefined` for every other error. */
export function statusOf(error: unknown): number | undefined {
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  if (typeof code === 'number') return code
  return error instanceof OperatorError && cause !== undefined ? statusOf(cause) : undefined
}

export const isMissing = (error: unknown): boolean => statusOf(error) === Status.NO_SUCH_FILE

/** True where the server lacks an extension: ssh2 throws where it is not announced, a server may refuse it all the same. */
export const isUnsupported = (error: unknown): boolean =>
  statusOf(error) === Status.OP_UNSUPPORTED || errorText(error) === 'Server does not support this extended request'

/** Why no SFTP session came about, for the operator. `shown` is the host key that the server showed, if it came so far. */
export function connectFault(error: unknown, sync: SyncSettings, shown: HostKey | undefined): OperatorError {
  const address = addressOf(sync)
  const { level } = error as { level?: unknown }
  const reason = errorText(error)
  if (shown && shown.fingerprint !== sync.hostKey)
    return new OperatorError(
      `${address} shows the ${shown.type} host key ${shown.fingerprint}, [sync] host_key expects ${sync.hostKey}: ` +
        `nothing was sent; if server 1 has a new key, check it there with ssh-keygen -lf and correct the setting`,
    )
  if (level === 'client-authentication')
    return new OperatorError(
      `${address} refuses user ${sync.user} with the key ${sync.privateKeyFile}: ` +
        `put its public half into that user's authorized_keys there, or correct [sync] user`,
      { cause: error },
    )
  if (level === 'handshake')
    return new OperatorError(`${address} and this server have no SSH method in common (${reason}): update its sshd`)
  if (/subsystem|channel open/i.test(reason))
    return new OperatorError(`${address} gives user ${sync.user} no SFTP (${reason}): set ForceCommand internal-sftp`)
  if (shown)
    return new ConnectionLostError(
      `${address} hung up while user ${sync.user} logged in (${errorCode(error) ?? reason}): nothing is lost, the next run ` +
        `tries again; if it stays so, its sshd says why in its log, often that a folder above its ChrootDirectory is not root's alone`,
      error,
    )
  return new ConnectionLostError(
    `${address} can't be reached (${errorCode(error) ?? reason}): nothing is lost, the next run tries again; ` +
      `if it stays so, check [sync] host and port, and that sshd runs there`,
    error,
  )
}

export function lostFault(error: unknown, sync: SyncSettings): ConnectionLostError {
  const reason = error instanceof Error ? error.message : 'closed by the other side'
  return new ConnectionLostError(
    `the connection to ${addressOf(sync)} was lost (${reason}): the next run goes on from here; if it stays so, look at the network and at what sshd logs there`,
    error,
  )
}

export const stallFault = (sync: SyncSettings, ms: number): ConnectionLostError =>
  new ConnectionLostError(
    `${addressOf(sync)} has not answered for ${ms / 1000} s: the connection was ended, the next run goes on from here; if it stays so, look at the load and the disk of server 1`,
  )

/** What server 1's answer to `doing` something with `path` means; errors that are no answers pass through. */
export function answerFault(error: unknown, doing: string, path: string, sync: SyncSettings): unknown {
  const status = statusOf(error)
  if (status === undefined) return error
  if (status === Status.PERMISSION_DENIED)
    return new OperatorError(
      `${addressOf(sync)} does not let user ${sync.user} ${doing} ${path} (permission denied): ` +
        `make that user the owner of [sync] remote_folder there`,
      { cause: error },
    )
  return new RefusedFileError(
    `${addressOf(sync)} could not ${doing} ${path} (${errorText(error)}): look at what lies there; it is tried again`,
    { cause: error },
  )
}
