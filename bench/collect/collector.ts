import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { readHeartbeat, type Heartbeat } from '../../src/health/heartbeat.js'
import { endOf, pidOf } from './child.js'
import type { Reader } from './readers.js'
import { unitEnvironment } from '../support/unit-environment.js'

export const MAIN = join(import.meta.dirname, '../../../dist/main.js')

export interface Collector extends Reader {
  /** How many lines it has sealed, by its journal; all that it has filed once it is stopped. */
  sealed(): Promise<number>
  /** The last one. */
  heartbeat(): Promise<Heartbeat | undefined>
}

/** The program under test, with its settings and in its environment as in production; `env` is added. */
export async function startCollector(baseUrl: string, folder: string, env: NodeJS.ProcessEnv = {}): Promise<Collector> {
  const spool = join(folder, 'spool')
  const settings = await writeSettings(baseUrl, folder)
  const profile = process.env['BENCH_CPU_PROF'] ? ['--cpu-prof', `--cpu-prof-dir=${process.env['BENCH_CPU_PROF']}`] : []
  const child = spawn(execPath, [...profile, MAIN, 'collect', '--settings', settings], {
    env: { ...process.env, ...unitEnvironment('collector-collect.service'), COLLECTOR_X_BEARER_TOKEN: 'bench', ...env },
    stdio: 'ignore',
  })
  const heartbeat = () => readHeartbeat(spool)
  return {
    pids: [pidOf(child)],
    hasAll: async (lines) => ((await heartbeat())?.totals.tweets ?? 0) >= lines,
    heartbeat,
    sealed: () => sealedLines(join(spool, 'journal')),
    stop: () => endOf(child),
  }
}

async function writeSettings(baseUrl: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const settings = join(folder, 'settings.ini')
  const lines = [
    '[server]\nnumber = 1\nredundant = false',
    `state_folder = ${join(folder, 'state')}`,
    `[x]\nbase_url = ${baseUrl}`,
    `[spool]\nfolder = ${join(folder, 'spool')}`,
    `[vault]\nfolder = ${join(folder, 'vault')}\n`,
  ]
  await writeFile(settings, lines.join('\n'))
  return settings
}

async function sealedLines(journal: string): Promise<number> {
  let sum = 0
  for (const name of await readdir(journal))
    for (const line of (await readFile(join(journal, name), 'utf8')).split('\n').filter(Boolean)) {
      const event = JSON.parse(line) as { event: string; lines: number }
      if (event.event === 'sealed') sum += event.lines
    }
  return sum
}
