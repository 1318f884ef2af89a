import { clockFromText } from './clock.js'
import { runProgram } from './commands/program.js'

const stopping = new AbortController()

/** The first signal asks to stop, the second does not ask. */
function onSignal(): void {
  if (stopping.signal.aborted) process.exit(130)
  stopping.abort()
}
process.on('SIGTERM', onSignal)
process.on('SIGINT', onSignal)

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
