import { constants } from 'node:os'
import { faultText } from '../durable/owner.js'
import { indented } from '../log.js'
import { errorCode, errorText, ExitCode, OperatorError } from '../operator-error.js'
import { printable } from '../printable.js'

/** How a command ended that threw: with what code, and what is said of it. */
export interface Failure {
  readonly exitCode: ExitCode
  /** A line for the operator; a bug has a stack. */
  readonly words: string
}

/**
 * `stopped`: the command was asked to stop, so that whatever it threw is for the next run, unless the disk keeps it from
 * ending as it should.
 */
export function failureOf(error: unknown, stopped: boolean): Failure {
  if (stopped && !isOfTheDisk(error)) return { exitCode: ExitCode.temporary, words: 'stopped; the next run goes on' }
  if (error instanceof OperatorError) return { exitCode: error.exitCode, words: error.message }
  if (isOfTheMachine(error)) {
    const words = `the machine refused: ${printable(faultText(error))}; nothing that was safe is lost, run it again when mended`
    return { exitCode: ExitCode.failed, words }
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : errorText(error)
  return { exitCode: ExitCode.failed, words: `this is a bug, please report it with these lines:\n${indented(stack)}` }
}

const isOfTheDisk = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE'].includes(errorCode(error) ?? '') ||
  typeof (error as { path?: unknown } | undefined)?.path === 'string'

/** Whatever the system refuses, of disks, permissions, limits and connections: it is nobody's bug. */
const isOfTheMachine = (error: unknown): boolean => (errorCode(error) ?? '') in constants.errno
