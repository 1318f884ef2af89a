import { Command, CommanderError, Option } from 'commander'
import { createLog } from '../log.js'
import { errorCode, errorText, ExitCode, OperatorError } from '../operator-error.js'
import { version } from '../version.js'
import { alert } from './alert.js'
import { collect } from './collect.js'
import { demo } from './demo.js'
import { processHour } from './process-hour.js'
import { publish } from './publish.js'
import { report } from './report.js'
import { simulate } from './simulate.js'
import { sync } from './sync.js'
import { verify } from './verify.js'
import type { CommonFlags, Verb, World } from './verb.js'

const verbs = [collect, sync, processHour, publish, report, verify, alert, simulate, demo] as unknown as readonly Verb[]

/** Run the program as called with `argv` (without Node and script); answers the exit code, never throws. */
export async function runProgram(argv: readonly string[], world: World): Promise<ExitCode> {
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
    .addOption(new Option('--log <form>', 'how events are logged on stderr').choices(['text', 'json']).default('text'))
    .option('--json', 'print the result as JSON')
    .exitOverride()
    .configureOutput({ writeOut: (text) => world.stdout.write(text), writeErr: (text) => world.stderr.write(text) })
  for (const verb of verbs)
    addVerb(program, verb, world, (code) => {
      exitCode = code
    })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    return explain(error, world)
  }
}

function addVerb(program: Command, verb: Verb, world: World, leave: (code: ExitCode) => void): void {
  const command = program.command(verb.name).description(verb.summary).exitOverride()
  command.configureOutput(program.configureOutput())
  if (verb.argument) command.argument(...verb.argument)
  for (const option of verb.options ?? []) command.option(...option)
  const codes = Object.entries(verb.exitCodes).map(([code, meaning]) => `  ${code.padEnd(4)}${meaning}`)
  command.addHelpText('after', `\nExit codes:\n${codes.join('\n')}`)
  command.action(async () => {
    const flags: CommonFlags = command.optsWithGlobals()
    const log = createLog(world.stderr, flags.log ?? 'text', () => world.clock.now())
    leave(await verb.run({ ...flags, arguments: command.args }, { ...world, log, version }))
  })
}

/** Faults of disks, permissions and limits: they are nobody's bug. */
const isOfTheMachine = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOTDIR'].includes(
    errorCode(error) ?? '',
  )

/** Say what went wrong: a line for the operator, a stack for a bug. */
function explain(error: unknown, { stderr, signal }: World): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage
  if (signal.aborted) {
    stderr.write('collector: stopped; the next run goes on\n')
    return ExitCode.temporary
  }
  if (error instanceof OperatorError) {
    stderr.write(`collector: ${error.message}\n`)
    return error.exitCode
  }
  if (isOfTheMachine(error)) {
    stderr.write(
      `collector: the machine refused: ${errorText(error)}; nothing that was safe is lost, run it again when mended\n`,
    )
    return ExitCode.failed
  }
  const stack = error instanceof Error ? error.stack : errorText(error)
  stderr.write(`collector: this is a bug, please report it with these lines:\n${stack ?? ''}\n`)
  return ExitCode.failed
}
