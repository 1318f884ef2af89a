import { clockFromText } from './clock.js'
import { runProgram } from './commands/program.js'
import { armCrashPoint } from './durable/crash-point.js'
import { armDiskFaults } from './durable/disk-fault.js'
import { traceDisk } from './durable/disk-trace.js'

const stopping = new AbortController()

/** The first signal asks to stop, the second does not ask. */
function onSignal(): void {
  if (stopping.signal.aborted) process.exit(130)
  stopping.abort()
}
process.on('SIGTERM', onSignal)
process.on('SIGINT', onSignal)

// For tests alone: to die at a named place, to be told of every write, to have writes fail.
armCrashPoint(process.env['COLLECTOR_CRASH_AT'], () => process.kill(process.pid, 'SIGKILL'))
traceDisk(process.env['COLLECTOR_DISK_TRACE'])
armDiskFaults(process.env['COLLECTOR_DISK_FAULT'])

const clock = clockFromText(process.env['COLLECTOR_CLOCK'])

process.exitCode = await runProgram(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  self: [process.execPath, import.meta.filename],
  clock,
  random: Math.random,
  signal: stopping.signal,
})

/** What may still hold the process: a look-up of a name, a connect that nobody waits for any more. */
const LAST_CALL_MS = 500
setTimeout(() => process.exit(), LAST_CALL_MS).unref()
