import { printable } from './printable.js'

/** What a process leaves with; each command's help lists those it uses. */
export const ExitCode = {
  done: 0,
  failed: 1,
  /** Wrong flags or settings: nothing was begun. */
  usage: 2,
  /** A server is missing, an upload is pending: the next run goes on. */
  partial: 3,
  /** Another run holds the lock, or a fault that passes by itself (EX_TEMPFAIL of sysexits.h). */
  temporary: 75,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/**
 * A fault that the operator can do something about: printed as one line, without a stack. The message names the thing,
 * the value and the next step, and is one line, whatever a stranger's text is in it. Every other error is a bug and is printed with its stack.
 */
export class OperatorError extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, options: { exitCode?: ExitCode; cause?: unknown } = {}) {
    super(printable(message), { cause: options.cause })
    this.name = new.target.name
    this.exitCode = options.exitCode ?? ExitCode.failed
  }
}

/** The code of a system error (`ENOENT`, `ECONNRESET`), or `undefined`. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

/** An error's message, whatever was thrown. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
