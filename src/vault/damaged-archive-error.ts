import { OperatorError } from '../operator-error.js'

/** An archive file that does not hold what it must. It is left as it is, for a person to look at. */
export class DamagedArchiveError extends OperatorError {
  constructor(path: string, fault: string, cause?: unknown) {
    super(`${path} is damaged (${fault}): check the disk and restore the file from a copy; its hour is left as it is`, {
      cause,
    })
  }
}
