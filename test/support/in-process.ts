import type { Clock } from '../../src/clock.js'
import { runProgram } from '../../src/commands/program.js'

/** Run the program in this process, as called with `argv`; answers its exit code and what it printed. */
export async function runInProcess(
  argv: readonly string[],
  { clock, env = {}, signal, cwd = '/' }: { clock: Clock; env?: NodeJS.ProcessEnv; signal?: AbortSignal; cwd?: string },
) {
  const printed = { stdout: '', stderr: '' }
  const code = await runProgram(argv, {
    ...{ env, cwd, clock, random: () => 0.5, signal: signal ?? new AbortController().signal },
    self: [process.execPath, '/opt/collector/dist/main.js'],
    stdout: { write: (text) => (printed.stdout += text) },
    stderr: { write: (text) => (printed.stderr += text) },
  })
  return { code, ...printed }
}
