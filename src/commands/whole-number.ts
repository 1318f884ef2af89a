import { ExitCode, OperatorError } from '../operator-error.js'

/** A flag's text as a whole number from `least` to `most`. @throws OperatorError with exit code 2 */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN
  if (number >= least && number <= most) return number
  throw new OperatorError(`${flag} is "${text}": it wants a whole number from ${least} to ${most}`, {
    exitCode: ExitCode.usage,
  })
}
