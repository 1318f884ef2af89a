import { ExitCode, OperatorError } from '../operator-error.js'
import { dayOf, parseDayName, parseHourName } from '../utc.js'

/** Which hours a run is about. */
export type Scope = (hour: number) => boolean

/** `2026-11-21T13`, or `2026-11-21_13` as in file names. @throws OperatorError with exit code 2 */
export function parseHourFlag(text: string, flag: string): number {
  const hour = parseHourName(text.replace('T', '_'))
  if (hour !== undefined) return hour
  throw new OperatorError(`${flag} is "${text}": it wants an hour (UTC) like 2026-11-21T13`, {
    exitCode: ExitCode.usage,
  })
}

/** What `--hour` and `--day` say; `undefined`, all hours, where neither is given. @throws OperatorError with exit code 2 */
export function scopeOf({ hour, day }: { hour?: string; day?: string }): Scope | undefined {
  if (hour !== undefined && day !== undefined)
    throw new OperatorError('--hour and --day are both given: it wants one of them', { exitCode: ExitCode.usage })
  if (hour !== undefined) {
    const wanted = parseHourFlag(hour, '--hour')
    return (other) => other === wanted
  }
  if (day === undefined) return undefined
  const wanted = parseDayName(day)
  if (wanted === undefined)
    throw new OperatorError(`--day is "${day}": it wants a date like 2026-11-21`, { exitCode: ExitCode.usage })
  return (other) => dayOf(other) === wanted
}
