import { OperatorError } from '../operator-error.js'

/** Why there is no stream; what to do about each stands in backoff.ts. */
export type StreamFault =
  /** No answer, or a connection that broke. */
  | 'network'
  /** An answer that says neither yes nor anything better than "try again". */
  | 'http'
  /** The three meanings of 429. */
  | 'rate-limit'
  | 'too-many-connections'
  | 'usage-cap'
  /** 401, 402 and 403: only a person can help. */
  | 'unauthorized'
  | 'credits'
  | 'forbidden'
  /** The account may have no backfill; the stream it may have. */
  | 'backfill'
  /** Our own limit of connects is reached. */
  | 'budget'

const FOR_A_PERSON: readonly StreamFault[] = ['unauthorized', 'credits', 'forbidden', 'usage-cap']

/** Whether only a person can end such a refusal. */
export const needsAPerson = (fault: StreamFault): boolean => FOR_A_PERSON.includes(fault)

/** Why there is no stream at the moment. It is told, never thrown out of the stream, and holds nothing of the request. */
export class StreamError extends OperatorError {
  readonly fault: StreamFault
  readonly status: number | undefined
  /** How long X asks to wait, in ms, where it says so. */
  readonly askedMs: number

  constructor(fault: StreamFault, message: string, details: { status?: number; askedMs?: number } = {}) {
    super(message)
    this.fault = fault
    this.status = details.status
    this.askedMs = details.askedMs ?? 0
  }
}
