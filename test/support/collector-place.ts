import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { readHeartbeat } from '../../src/health/heartbeat.js'
import { iniText, type SettingLines } from '../../src/simulator/simulator.js'
import { journalDays, readJournal, type JournalEvent } from '../../src/spool/journal.js'
import { startCollector } from './program.js'
import { temporaryFolder } from './temporary-folder.js'
import { idsOf } from './tweets.js'
import { until } from './until.js'

/** So that a heartbeat comes every second. */
const SPEED = 5

/**
 * A server's settings and folders, where real collectors can be started as processes, one after another, on a clock that
 * runs a little fast from now on.
 */
export async function collectorPlace(baseUrl: string, change: SettingLines = {}) {
  const temporary = await temporaryFolder()
  const root = temporary.path
  const startMs = Date.now()
  const spool = change['spool']?.['folder'] ?? join(root, 'spool')
  const own: SettingLines = {
    server: { number: '1', redundant: 'false', state_folder: join(root, 'state') },
    // A fast clock's minutes may be over before a slow machine has done what a test waits for.
    x: { base_url: baseUrl, silence_minutes: '1440' },
    spool: { folder: spool, reserve_mib: '0', late_minutes: '60' },
    vault: { folder: join(root, 'vault') },
  }
  const sections = [...new Set([...Object.keys(own), ...Object.keys(change)])]
  const settings = join(root, 'settings.ini')
  await writeFile(
    settings,
    iniText(Object.fromEntries(sections.map((name) => [name, { ...own[name], ...change[name] }]))),
  )

  async function minuteFiles(): Promise<string[]> {
    const names = await readdir(spool, { recursive: true }).catch(() => [])
    return names.filter((name) => /sampled_stream_.*\.jsonl(\.part)*$/.test(name)).sort()
  }

  return {
    ...{ root, spool, settings, minuteFiles },
    state: join(root, 'state'),
    start: (env: NodeJS.ProcessEnv = {}, flags: readonly string[] = []) =>
      startCollector(['collect', '--settings', settings, '--log', 'json', ...flags], {
        COLLECTOR_X_BEARER_TOKEN: 'secret-token',
        COLLECTOR_CLOCK: `${startMs}/${startMs}/${SPEED}`,
        ...env,
      }),
    heartbeat: () => readHeartbeat(spool),
    async journal(): Promise<JournalEvent[]> {
      const events: JournalEvent[] = []
      for (const day of await journalDays(spool)) for await (const event of readJournal(spool, day)) events.push(event)
      return events
    },
    /** The IDs in all sealed minute files, as they stand there. */
    async sealedIds(): Promise<string[]> {
      const sealed = (await minuteFiles()).filter((name) => name.endsWith('.jsonl'))
      const contents = await Promise.all(sealed.map((name) => readFile(join(spool, name), 'utf8')))
      return contents.flatMap(idsOf)
    },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}

export type CollectorPlace = Awaited<ReturnType<typeof collectorPlace>>
type Running = ReturnType<CollectorPlace['start']>

/** Wait until the heartbeat of this very process counts so many tweets. */
export const untilCounted = (place: CollectorPlace, running: Running, tweets: number) =>
  until(async () => {
    expect(await place.heartbeat(), running.stderr).toMatchObject({ process: running.child.pid, totals: { tweets } })
  })

/** Wait until something is logged. */
export const untilLogged = (running: Running, words: string) =>
  until(() => {
    expect(running.stderr).toContain(words)
  })
