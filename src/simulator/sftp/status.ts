import ssh2 from 'ssh2'
import { errorText } from '../../operator-error.js'

const { utils } = ssh2

const { STATUS_CODE } = utils.sftp

/** An SFTP request that is to be answered with a status other than OK. */
export class StatusError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const endOfFile = () => new StatusError(STATUS_CODE.EOF, 'End of file')
export const permissionDenied = () => new StatusError(STATUS_CODE.PERMISSION_DENIED, 'Permission denied')
/** What OpenSSH answers to nearly everything: a full disk, an existing target, a folder that is not empty. */
export const failure = () => new StatusError(STATUS_CODE.FAILURE, 'Failure')
export const unsupported = () => new StatusError(STATUS_CODE.OP_UNSUPPORTED, 'Operation unsupported')

/** The status for whatever was thrown, as OpenSSH's `errno_to_portable` chooses it (sftp-server.c). */
export function statusOf(error: unknown): StatusError {
  if (error instanceof StatusError) return error
  switch ((error as { code?: unknown }).code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EBADF':
    case 'ELOOP':
      return new StatusError(STATUS_CODE.NO_SUCH_FILE, 'No such file')
    case 'EACCES':
    case 'EPERM':
    case 'EFAULT':
      return permissionDenied()
    case undefined:
      return new StatusError(STATUS_CODE.FAILURE, errorText(error))
    default:
      return failure()
  }
}
