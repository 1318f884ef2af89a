import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { toolMissing } from '../support/require-tool.js'

/** The programs of the venv. */
export const bin = join(
  process.env['COLLECTOR_SERVERS'] ?? join(homedir(), '.cache', 'collector-servers'),
  'venv',
  'bin',
)
export const scripts = resolve(import.meta.dirname, 'python')

/** Why nothing of test/servers/requirements.txt can be run, `undefined` where it is installed. */
export const noPythonTools = (): string | undefined => toolMissing(join(bin, 'python'))

/** A server in Python, a script of test/servers/python that prints `ready PORT`. */
export interface PythonServer extends AsyncDisposable {
  readonly port: number
}

export async function startPythonServer(script: string, ...words: string[]): Promise<PythonServer> {
  const child = spawn(join(bin, 'python'), [join(scripts, script), '0', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([
    once(lines, 'line').then(([first]) => String(first)),
    exited.then(() => 'it has ended'),
  ])
  const port = Number(/^ready (\d+)$/.exec(line)?.[1])
  if (Number.isNaN(port)) throw new Error(`${script} said: ${line}`)
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Run a tool of the venv to its end, in `cwd`, with X's address turned to `xBase` where that is given. */
export async function runPython(tool: string, words: readonly string[], cwd: string, xBase?: string) {
  const env = { ...process.env, PYTHONPATH: scripts, HOME: cwd, ...(xBase !== undefined && { X_BASE: xBase }) }
  const child = spawn(join(bin, tool), words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, ended] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: (ended as [number | null])[0], stdout, stderr }
}
