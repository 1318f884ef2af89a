import { OperatorError } from '../operator-error.js'

/** The proxy that the environment names can't be used, or refused, as one line with the next step. No password is in it. */
export class ProxyError extends OperatorError {
  /** Trying again is no use until somebody changes something. */
  readonly needsAPerson: boolean

  constructor(message: string, { needsAPerson = false, cause }: { needsAPerson?: boolean; cause?: unknown } = {}) {
    super(message, { cause })
    this.needsAPerson = needsAPerson
  }
}
