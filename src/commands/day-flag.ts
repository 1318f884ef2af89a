import { ExitCode, OperatorError } from '../operator-error.js'
import { parseDayName } from '../utc.js'

/** What `--day` says, `undefined` where it is left out. @throws OperatorError with exit code 2 */
export function dayFlag(text: string | undefined): number | undefined {
  const day = text === undefined ? undefined : parseDayName(text)
  if (text === undefined || day !== undefined) return day
  throw new OperatorError(`--day is "${text}": it wants a date like 2026-11-21`, { exitCode: ExitCode.usage })
}
