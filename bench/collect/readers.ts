import { once } from 'node:events'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath } from 'node:process'

const root = join(import.meta.dirname, '../../..')
const PATH = '/2/tweets/sample/stream'

/** Something that reads a stream into files, while it runs. */
export interface Reader {
  readonly pids: readonly number[]
  /** Whether all of `lines` lines with `bytes` bytes are written. */
  hasAll(lines: number, bytes: number): Promise<boolean>
  /** Resolves when it has ended. */
  stop(): Promise<unknown>
}

export type StartReader = (baseUrl: string, folder: string) => Promise<Reader>

/** The program under test, with its settings as in production. */
export const collect: StartReader = async (baseUrl, folder) => {
  await mkdir(folder, { recursive: true })
  const settings = join(folder, 'settings.ini')
  const text = [
    '[server]\nnumber = 1\nredundant = false',
    `state_folder = ${join(folder, 'state')}`,
    `[x]\nbase_url = ${baseUrl}`,
    `[spool]\nfolder = ${join(folder, 'spool')}`,
    `[vault]\nfolder = ${join(folder, 'vault')}\n`,
  ]
  await writeFile(settings, text.join('\n'))
  const profile = process.env['BENCH_CPU_PROF'] ? ['--cpu-prof', `--cpu-prof-dir=${process.env['BENCH_CPU_PROF']}`] : []
  const child = spawn(execPath, [...profile, join(root, 'dist/main.js'), 'collect', '--settings', settings], {
    env: { ...process.env, COLLECTOR_X_BEARER_TOKEN: 'bench' },
    stdio: 'ignore',
  })
  return {
    pids: [pidOf(child)],
    hasAll: async (lines) => {
      const beat = await readFile(join(folder, 'spool/heartbeat.json'), 'utf8').catch(() => '{}')
      return ((JSON.parse(beat) as { totals?: { tweets: number } }).totals?.tweets ?? 0) >= lines
    },
    stop: () => end(child),
  }
}

/** The least that can be done: inflate and write. */
export const floor: StartReader = async (baseUrl, folder) => {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'all.jsonl')
  const curl = spawn('curl', ['-sN', '--compressed', baseUrl + PATH], { stdio: ['ignore', 'pipe', 'inherit'] })
  const cat = spawn('sh', ['-c', `exec cat > ${file}`], { stdio: [curl.stdout, 'ignore', 'inherit'] })
  return {
    pids: [pidOf(curl), pidOf(cat)],
    hasAll: async (_, bytes) => (await sizeOf(file)) >= bytes,
    stop: () => end(curl),
  }
}

/** As twarc does it, with Python's standard library. */
export const python: StartReader = async (baseUrl, folder) => {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'all.jsonl')
  const script = join(root, 'bench/collect/twarc-like.py')
  const child = spawn('python3', [script, baseUrl + PATH, file], { stdio: ['ignore', 'ignore', 'inherit'] })
  // It writes in blocks, and what json.dumps makes is never shorter than what came.
  return {
    pids: [pidOf(child)],
    hasAll: async (_, bytes) => (await sizeOf(file)) >= bytes,
    stop: () => end(child),
  }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`${child.spawnfile} cannot be started`)
  return child.pid
}
