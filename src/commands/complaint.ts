import { createLog, Priority, withPriority } from '../log.js'
import { printableLines } from '../printable.js'
import type { ExitCode } from '../operator-error.js'
import type { CommonFlags, VerbWorld } from './verb.js'

interface Manner {
  /** It passes by itself: a warning, no error. */
  readonly passes?: boolean
  readonly exitCode?: ExitCode
}

/**
 * Say on stderr why something was not done: in lines that begin with the program's name, or, where the log is in JSON, as an
 * event of it, so that whoever reads events meets nothing else.
 */
export function complain(
  { stderr, argv, clock }: Pick<VerbWorld, 'stderr' | 'argv' | 'clock'>,
  words: string,
  { passes = false, exitCode }: Manner = {},
): void {
  const form = logForm(argv)
  if (form === 'json') {
    const log = createLog(stderr, form, () => clock.now())
    log[passes ? 'warn' : 'error'](exitCode === undefined ? {} : { exit_code: exitCode }, words.trim())
    return
  }
  const lines = printableLines(`collector: ${words.trimEnd()}\n`)
  const isJournal = stderr.isJournal === true || form === 'syslog'
  stderr.write(isJournal ? withPriority(lines, passes ? Priority.warning : Priority.error) : lines)
}

/** What `--log` says, also in words that are wrong elsewhere and can't be parsed; the last one counts. */
function logForm(argv: readonly string[]): CommonFlags['log'] {
  const values = argv.flatMap((word, at) =>
    word === '--log' ? [argv[at + 1]] : (/^--log=(.*)$/s.exec(word)?.[1] ?? []),
  )
  const last = values.at(-1)
  return last === 'json' || last === 'syslog' ? last : 'text'
}
