import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fastClock } from '../../src/clock.js'
import { readHeartbeat } from '../../src/health/heartbeat.js'
import { iniText } from '../settings/settings-text.js'
import { runInProcess } from '../support/in-process.js'
import { PATIENCE_MS } from '../support/patience.js'
import { begin, streamServer } from '../support/stream-server.js'
import { idAt, payload } from '../support/tweets.js'

const START_MS = Date.parse('2026-11-21T14:00:30Z')
/** Rounds of a second come every 50 ms. */
const SPEED = 20
/** By then, or ten times what a sound run takes, a run has shown what a fault does to it; in real ms. */
const LEAST_MS = 1500

const sent = [0, 1, 2, 3, 4, 5].map((second) => ({ ms: START_MS - 20_000 + second * 5000, sequence: second }))
export const SENT_IDS = sent.map(({ ms, sequence }) => idAt(ms, sequence)).sort()
/** The lines in which X sends them. */
export const SENT = sent.map(({ ms, sequence }) => `${payload(ms, { sequence }).toString()}\r\n`)

/** X as it is after a reconnect: every connection is sent the same tweets, and kept alive. */
export const x = () =>
  streamServer((response) => {
    begin(response)
    for (const line of SENT) response.write(line)
    const keepAlive = setInterval(() => response.write('\r\n'), 100)
    response.on('close', () => {
      clearInterval(keepAlive)
    })
  })

/** Settings and token for a collector in `root`, and what one that was killed has left open. */
export async function setCollector(root: string, url: string): Promise<void> {
  await writeFile(join(root, 'token'), 'secret\n', { mode: 0o600 })
  const server = { number: '1', redundant: 'false', state_folder: 'state' }
  const from = { base_url: url, bearer_token_file: 'token' }
  const text = { server, x: from, spool: { folder: 'spool', reserve_mib: '1' }, vault: { folder: 'vault' } }
  await writeFile(join(root, 'settings.ini'), iniText(text))
  const hour = join(root, 'spool', '2026-11-21', '13')
  await mkdir(hour, { recursive: true })
  const orphan = payload(START_MS - 600_000, { sequence: 99 }).toString()
  await writeFile(join(hour, 'sampled_stream_2026-11-21_13-50.jsonl.part'), `${orphan}\n${orphan.slice(0, 40)}`)
}

/** Collect until every tweet is filed, or for `mostMs` (real); then stop. */
export async function collectFor(
  root: string,
  stream: { readonly requests: readonly unknown[] },
  mostMs = PATIENCE_MS,
) {
  const stopping = new AbortController()
  const clock = fastClock({ realStartMs: Date.now(), startMs: START_MS, speed: SPEED })
  const before = stream.requests.length
  const state = { ended: false }
  const isDone = async () => stream.requests.length > before && (await filedIds(root)).length >= SENT_IDS.length
  const run = runInProcess(['collect', '--settings', join(root, 'settings.ini')], { clock, signal: stopping.signal })
  void run.finally(() => (state.ended = true))
  const until = Date.now() + mostMs
  while (!state.ended && Date.now() < until && !(await isDone())) await wait(20)
  stopping.abort()
  return run
}

/** The tweets in minute files, sealed or not, and among the rejected lines. */
export async function filedIds(root: string, isWanted: (name: string) => boolean = () => true): Promise<string[]> {
  const names = await readdir(join(root, 'spool'), { recursive: true }).catch(() => [])
  const ids = new Set<string>()
  for (const name of names.filter(
    (name) => /\.jsonl(\.part)?$/.test(name) && !name.startsWith('journal') && isWanted(name),
  ))
    for (const [, id = ''] of (await readFile(join(root, 'spool', name), 'utf8').catch(() => '')).matchAll(
      /"id":"(\d{15,})"/g,
    ))
      if (SENT_IDS.includes(id)) ids.add(id)
  return [...ids].sort()
}

/**
 * Run a collector while something is wrong, then again without; answers what broke a promise, a line each. `soundMs` is what
 * a sound run took.
 */
export async function judgeCollector(
  root: string,
  stream: { readonly requests: readonly unknown[] },
  soundMs: number,
  spoil: () => AsyncDisposable,
): Promise<string[]> {
  const faults: string[] = []
  {
    await using _spoilt = spoil()
    const { code, stderr } = await collectFor(root, stream, Math.max(LEAST_MS, 10 * soundMs))
    if (/this is a bug/.test(stderr)) faults.push(`a bug: ${stderr.slice(-900)}`)
    if (![0, 1, 2].includes(code)) faults.push(`exit code ${code}: ${stderr.slice(-600)}`)
    if (code !== 0 && stderr.trim() === '') faults.push(`exit code ${code} without a word`)
  }
  const counted = (await readHeartbeat(join(root, 'spool')).catch(() => undefined))?.totals.tweets ?? 0
  const kept = await filedIds(root)
  if (kept.length < Math.min(counted, SENT_IDS.length)) faults.push(`${counted} were counted, ${kept.length} are there`)
  const { code, stderr } = await collectFor(root, stream)
  if (code !== 0) faults.push(`then it ended with ${code}: ${stderr.slice(-600)}`)
  const sealed = await filedIds(root, (name) => name.endsWith('.jsonl'))
  if (sealed.length < SENT_IDS.length) faults.push(`${sealed.length} of ${SENT_IDS.length} are sealed in the end`)
  return faults
}
