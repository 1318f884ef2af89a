import { Command, CommanderError, Option } from 'commander'
import { onDiskNotice } from '../durable/disk-notice.js'
import { createLog } from '../log.js'
import { ExitCode } from '../operator-error.js'
import { printable, printableLines } from '../printable.js'
import { version } from '../version.js'
import { alert } from './alert.js'
import { collect } from './collect.js'
import { demo } from './demo.js'
import { complain } from './complaint.js'
import { failureOf, type Failure } from './failure.js'
import { mailOutcome } from './outcome-mail.js'
import { processHour } from './process-hour.js'
import { publish } from './publish.js'
import { report } from './report.js'
import { retried } from './retry.js'
import { simulate } from './simulate.js'
import { sync } from './sync.js'
import { verify } from './verify.js'
import type { CommonFlags, Ended, Printer, Verb, VerbWorld, World } from './verb.js'

const verbs = [collect, sync, processHour, publish, report, verify, alert, simulate, demo] as unknown as readonly Verb[]

/** Run the program as called with `argv` (without Node and script); answers the exit code, never throws. */
export async function runProgram(argv: readonly string[], given: World): Promise<ExitCode> {
  const world = { ...given, argv, stdout: printablePrinter(given.stdout) }
  let exitCode: ExitCode = ExitCode.done
  const program = new Command('collector')
    .description('Collects the X API v2 sampled stream on two servers, and archives it every hour.')
    .version(version)
    .addOption(
      new Option(
        '--settings <file>',
        'the INI file (else $COLLECTOR_SETTINGS, ./settings.ini, /etc/collector/settings.ini)',
      ),
    )
    .addOption(
      new Option('--log <form>', 'how events are logged on stderr; syslog: for logger --prio-prefix')
        .choices(['text', 'json', 'syslog'])
        .default('text'),
    )
    .option('--json', 'print the result as JSON')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => {
        complain(world, text.replace(/^error: /, ''), { exitCode: ExitCode.usage })
      },
    })
  for (const verb of verbs)
    addVerb(program, verb, world, (code) => {
      exitCode = code
    })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage
    return saidFailure(error, world).exitCode
  }
}

function addVerb(
  program: Command,
  verb: Verb,
  given: World & Pick<VerbWorld, 'argv'>,
  leave: (code: ExitCode) => void,
): void {
  const command = program.command(verb.name).description(verb.summary).exitOverride()
  command.configureOutput(program.configureOutput())
  if (verb.argument) command.argument(...verb.argument)
  for (const option of verb.options ?? []) command.option(...option)
  const codes = Object.entries(verb.exitCodes).map(([code, meaning]) => `  ${code.padEnd(4)}${meaning}`)
  command.addHelpText('after', `\nExit codes:\n${codes.join('\n')}`)
  command.action(async () => {
    const flags: CommonFlags & { readonly retry?: string } = command.optsWithGlobals()
    const world = flags.log === 'syslog' ? { ...given, stderr: withPriorities(given.stderr) } : given
    const log = createLog(world.stderr, flags.log === 'json' ? 'json' : 'text', () => world.clock.now())
    onDiskNotice((sentence) => {
      log.warn(sentence)
    })
    const warnings: string[] = []
    const warn = (sentence: string) => {
      log.warn(sentence)
      warnings.push(printable(sentence))
    }
    const verbWorld = { ...world, log, version, warn }
    const once = () => {
      warnings.length = 0
      return endOf(verb, { ...flags, arguments: command.args }, verbWorld)
    }
    const ended = await retried(once, flags.retry, world)
    leave(ended.exitCode)
    if (!isToldOf(verb, flags, ended.exitCode) || world.signal.aborted) return
    const passing = verb.unattended?.passing ?? []
    await mailOutcome({ ...ended, verb: verb.name, warnings, passing }, flags, verbWorld)
  })
}

/** stderr whose lines begin with their priority, as those for the journal do. */
const withPriorities = (stderr: Printer): Printer => ({ write: (text) => stderr.write(text), isJournal: true })

/** Run a verb to its end; what it throws is said on stderr. */
async function endOf(verb: Verb, flags: Parameters<Verb['run']>[0], world: VerbWorld): Promise<Ended> {
  try {
    const ended = await verb.run(flags, world)
    return typeof ended === 'object' ? ended : { exitCode: ended, words: '' }
  } catch (error) {
    return saidFailure(error, world)
  }
}

function saidFailure(error: unknown, world: World & Pick<VerbWorld, 'argv'>): Failure {
  const { exitCode, words } = failureOf(error, world.signal.aborted)
  complain(world, words, { exitCode, passes: exitCode === ExitCode.temporary })
  return { exitCode, words }
}

/** stdout for results, which may have somebody else's text in them: names of files, answers of servers. */
const printablePrinter = (printer: Printer): Printer => ({
  write: (text) => printer.write(printableLines(text)),
})

/** Whether anybody may have to be mailed of how a call ended. */
function isToldOf({ unattended }: Verb, flags: CommonFlags, exitCode: ExitCode): boolean {
  if (!unattended || unattended.byHand?.(flags)) return false
  return !unattended.staysOn || exitCode === ExitCode.failed || exitCode === ExitCode.usage
}
