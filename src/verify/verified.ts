import { ExitCode } from '../operator-error.js'
import { describeFinding, type Finding } from './finding.js'

/** What came of a check of an archive. */
export interface Verified {
  /** Hours with a book, and of these those whose content was read. */
  readonly hours: number
  readonly read: number
  readonly seed: number
  readonly findings: readonly Finding[]
  readonly notes: readonly Finding[]
  /** Hours with damaged files, without a book that can be read, or with one whose state contradicts its figures. */
  readonly damaged: number
  /** Whether they were to be mended. */
  readonly mends: boolean
  /** What was done to them, a line each. */
  readonly mended: readonly string[]
}

/** 0 nothing was found; 1 something was. Notes don't count. */
export const verifyExitCode = ({ findings }: Verified): ExitCode =>
  findings.length > 0 ? ExitCode.failed : ExitCode.done

/** The result in lines for a person: one a finding, and a last one that sums up. */
export function describeVerified({ hours, read, seed, findings, notes, damaged, mends, mended }: Verified): string {
  const share = read < hours ? `${read} of ${plural(hours, 'hour')} (sample with seed ${seed})` : plural(hours, 'hour')
  return [
    ...findings.map(describeFinding),
    ...notes.map((note) => `note: ${describeFinding(note)}`),
    ...mended.map((line) => `mended: ${line}`),
    ...(damaged > 0 && !mends ? [adviceFor(damaged)] : []),
    `${plural(findings.length, 'finding')} in ${share}\n`,
  ].join('\n')
}

const adviceFor = (damaged: number): string =>
  `${plural(damaged, 'hour')} can be mended: run collector verify --mend, soon, for server 2 keeps what it has sent only for ` +
  '[sync] keep_days; or restore the files from a copy'

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
