import { spawn } from 'node:child_process'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { endOf, pidOf } from './child.js'

const PYTHON_READER = join(import.meta.dirname, '../../../bench/collect/twarc-like.py')
const PATH = '/2/tweets/sample/stream'

/** Something that reads a stream into files, while it runs. */
export interface Reader {
  readonly pids: readonly number[]
  /** Whether all of `lines` lines with `bytes` bytes are written. */
  hasAll(lines: number, bytes: number): Promise<boolean>
  /** How many lines lie sealed on the disk, where it knows. */
  sealed?(): Promise<number>
  /** Resolves when it has ended. */
  stop(): Promise<unknown>
}

export type StartReader = (baseUrl: string, folder: string) => Promise<Reader>

/** The least that can be done: inflate and write. */
export const floor: StartReader = async (baseUrl, folder) => {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'all.jsonl')
  const curl = spawn('curl', ['-sN', '--compressed', baseUrl + PATH], { stdio: ['ignore', 'pipe', 'inherit'] })
  const cat = spawn('sh', ['-c', `exec cat > ${file}`], { stdio: [curl.stdout, 'ignore', 'inherit'] })
  return {
    pids: [pidOf(curl), pidOf(cat)],
    hasAll: async (_, bytes) => (await sizeOf(file)) >= bytes,
    stop: () => endOf(curl),
  }
}

/** As twarc does it, with Python's standard library. */
export const python: StartReader = async (baseUrl, folder) => {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'all.jsonl')
  const child = spawn('python3', [PYTHON_READER, baseUrl + PATH, file], { stdio: ['ignore', 'ignore', 'inherit'] })
  // It writes in blocks, and what json.dumps makes is never shorter than what came.
  return {
    pids: [pidOf(child)],
    hasAll: async (_, bytes) => (await sizeOf(file)) >= bytes,
    stop: () => endOf(child),
  }
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )
