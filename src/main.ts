import { readFileSync } from 'node:fs'
import { clockFromText, realClock } from './clock.js'
import { complain } from './commands/complaint.js'
import { failureOf } from './commands/failure.js'
import { runProgram } from './commands/program.js'
import { SafePrinter } from './commands/safe-printer.js'
import { armCrashPoint } from './durable/crash-point.js'
import { armDiskFaults } from './durable/disk-fault.js'
import { traceDisk } from './durable/disk-trace.js'
import { Reloads } from './commands/reloads.js'
import { ExitCode } from './operator-error.js'

const argv = process.argv.slice(2)
const stdout = new SafePrinter(process.stdout, undefined)
/** Of a log that nobody reads, so much is kept for its reader. */
const MOST_LOG_WAITING = 1 << 20
const stderr = new SafePrinter(process.stderr, process.env['JOURNAL_STREAM'], MOST_LOG_WAITING)

// What nobody has caught is told as every other failure, and a log in JSON stays one.
process.on('uncaughtException', (error) => {
  const { exitCode, words } = failureOf(error, false)
  complain({ stderr, argv, clock: realClock() }, words, { exitCode })
  process.exit(exitCode)
})

const stopping = new AbortController()

/** The first signal asks to stop, the second does not ask. */
function onSignal(): void {
  if (stopping.signal.aborted) process.exit(130)
  stopping.abort()
}
process.on('SIGTERM', onSignal)
process.on('SIGINT', onSignal)

const reloads = new Reloads()
// Whoever has started it with nohup wants it to outlive the terminal.
if (!isIgnored(1))
  process.on('SIGHUP', () => {
    if (!reloads.ask()) onSignal()
  })
// Node would open a debugger on the first, which shows all that is in memory, and end on the second.
for (const name of ['SIGUSR1', 'SIGUSR2'] as const) process.on(name, () => undefined)

/** Whether the process was started with a signal ignored, by its number. */
function isIgnored(signal: number): boolean {
  try {
    const [, mask = '0'] = /^SigIgn:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n
  } catch {
    return false
  }
}

// For tests alone: to die at a named place, to be told of every write, to have writes fail.
armCrashPoint(process.env['COLLECTOR_CRASH_AT'], () => process.kill(process.pid, 'SIGKILL'))
traceDisk(process.env['COLLECTOR_DISK_TRACE'])
armDiskFaults(process.env['COLLECTOR_DISK_FAULT'])

const clock = clockFromText(process.env['COLLECTOR_CLOCK'])

process.exitCode = await runProgram(argv, {
  env: process.env,
  cwd: process.cwd(),
  stdout,
  stderr,
  self: [process.execPath, import.meta.filename],
  clock,
  random: Math.random,
  signal: stopping.signal,
  reloads,
})
// A reader that has seen enough, such as head, is no fault; a full disk is.
if (process.exitCode === ExitCode.done && stdout.lost !== undefined && stdout.lost !== 'EPIPE') {
  const words = `the result could not be printed (${stdout.lost}): what was to be done is done`
  complain({ stderr, argv, clock }, words, { exitCode: ExitCode.failed })
  process.exitCode = ExitCode.failed
}

/** What may still hold the process: a look-up of a name, a connect that nobody waits for any more. */
const LAST_CALL_MS = 500
setTimeout(() => process.exit(), LAST_CALL_MS).unref()
