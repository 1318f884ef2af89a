import { errorCode, OperatorError } from '../operator-error.js'

/**
 * What lies in a folder that somebody else can write to is not what it must be: a link, a special file, too large, not to
 * be read. It is left as it is, and everything else goes on without it.
 */
export class StrangeEntryError extends OperatorError {
  readonly path: string
  /** What is wrong with it: `is a symbolic link`. */
  readonly fault: string

  constructor(path: string, fault: string, options: { cause?: unknown } = {}) {
    super(`${path} ${fault}: it is passed over; look at it, and remove it or put right what it is`, options)
    this.path = path
    this.fault = fault
  }
}

/** Told of each strange entry that is passed over. */
export type Tell = (entry: StrangeEntryError) => void

/** For who can go on without a word. */
export const silently: Tell = () => undefined

/** What `work` gives, `undefined` where it meets a strange entry, which is told. */
export async function unlessStrange<Value>(work: Promise<Value>, tell: Tell): Promise<Value | undefined> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof StrangeEntryError)) throw error
    tell(error)
    return undefined
  }
}

/** Of the process or the whole machine, not of one entry: whoever meets these must not go on as if the entry were at fault. */
const GENERAL = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EBADF'])

/** Of the disk as well, where something is written; what is only read needs no room. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT'])
const READING = new Set(['opened', 'listed', 'looked at', 'read'])

/** A fault of the system at one entry as a `StrangeEntryError`; every other error as it is. `doing`: what could not be done. */
export function strangeOr(error: unknown, path: string, doing: string): unknown {
  const code = errorCode(error)
  if (code === undefined || GENERAL.has(code) || error instanceof OperatorError) return error
  if (NO_ROOM.has(code) && !READING.has(doing)) return error
  return new StrangeEntryError(path, `cannot be ${doing} (${code})`, { cause: error })
}
