import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { FaultPlan } from '../../src/simulator/fault-plan.js'
import { iniText, startSimulator, type SettingLines } from '../../src/simulator/simulator.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { BRIEF_MS } from '../support/patience.js'
import { recordingLog } from '../support/recording-log.js'
import { runInProcess } from '../support/in-process.js'
import { SleeplessClock } from '../support/sleepless-clock.js'
import { idAt, payload } from '../support/tweets.js'
import { VirtualCollector } from '../support/virtual-collector.js'

export const HOURS = ['2026-11-21_12', '2026-11-21_13'] as const
const FIRST_MS = Date.parse('2026-11-21T12:00:00Z')
const START = '2026-11-21T14:20:00Z'

/** `sync` runs on server 2, all else on server 1. */
export type Call = readonly string[]

/** Tweets of both hours: every third is server 1's alone, every third server 2's. */
const tweets = HOURS.flatMap((_, hour) =>
  [5, 20, 40].flatMap((minute) =>
    [0, 1, 2].map((sequence) => ({ ms: FIRST_MS + hour * HOUR_MS + minute * MINUTE_MS + sequence * 1000, sequence })),
  ),
)
export const ALL_IDS = tweets.map(({ ms, sequence }) => idAt(ms, sequence)).sort()

/** Both servers' folders below one, with the simulated OSF, SFTP and SMTP, in this process. */
export class TwoServers implements AsyncDisposable {
  readonly root: string
  readonly clock: SleeplessClock
  readonly #services: AsyncDisposable

  private constructor(root: string, clock: SleeplessClock, services: AsyncDisposable) {
    this.root = root
    this.clock = clock
    this.#services = services
  }

  /** Start services for the folders below `root`. `reach` may put something between a service's port and its clients. */
  static async at(
    root: string,
    reach: (service: 'osf' | 'sftp' | 'smtp', port: number) => Promise<number> = (_service, port) =>
      Promise.resolve(port),
  ): Promise<TwoServers> {
    const clock = new SleeplessClock(START, { socketMs: 10 * BRIEF_MS })
    const faults = new FaultPlan([], clock)
    const own = { folder: join(root, 'simulator'), services: ['osf', 'sftp', 'smtp'] as const, ports: {} }
    const more = { seed: 1, rate: 1, replay: undefined, faults, sftpRoot: join(root, 'incoming') }
    const services = await startSimulator({ ...own, ...more, clock, log: recordingLog() })
    for (const server of [1, 2] as const) {
      const lines = { ...services.settings[server] }
      const osf = lines['osf']
      if (osf) {
        const url = new URL(osf['base_url'] ?? '')
        url.port = String(await reach('osf', Number(url.port)))
        lines['osf'] = { ...osf, base_url: String(url).replace(/\/$/, '') }
      }
      for (const [section, service] of [
        ['sync', 'sftp'],
        ['mail', 'smtp'],
      ] as const) {
        const there = lines[section]
        if (there) lines[section] = { ...there, port: String(await reach(service, Number(there['port']))) }
      }
      await writeFile(join(root, `server-${server}.ini`), iniText({ ...lines, ...ownLines(server, lines) }))
    }
    return new TwoServers(root, clock, services)
  }

  run(call: Call) {
    const settings = join(this.root, call[0] === 'sync' ? 'server-2.ini' : 'server-1.ini')
    return runInProcess([...call, '--settings', settings], { clock: this.clock })
  }

  /** The archived IDs of both hours. */
  archivedIds(): string[] {
    return HOURS.flatMap((hour) => this.idsOf(hour) ?? []).sort()
  }

  /** The archived IDs of an hour, `undefined` where it is not archived. */
  idsOf(hour: string): string[] | undefined {
    const path = join(this.root, 'vault', hour.slice(0, 10), `${hour}_IDs.txt.xz`)
    try {
      return execFileSync('xz', ['-dc', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
        .split('\n')
        .filter(Boolean)
    } catch {
      return undefined
    }
  }

  /** The subjects of the mails that were delivered. */
  async subjects(): Promise<string[]> {
    const folder = join(this.root, 'simulator', 'mail')
    const names = (await readdir(folder)).filter((name) => name.endsWith('.eml'))
    const mails = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
    return mails.map((mail) => /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(mail)?.[1] ?? '')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#services[Symbol.asyncDispose]())
  }
}

function ownLines(server: 1 | 2, lines: SettingLines): SettingLines {
  const own: SettingLines = {
    server: { number: String(server), state_folder: `state-${server}` },
    spool: { folder: `spool-${server}`, reserve_mib: '0', ...(server === 1 && { server_2_folder: 'incoming' }) },
    x: { base_url: 'http://127.0.0.1:9' },
  }
  if (server === 1)
    return { ...own, vault: { folder: 'vault', xz_preset: '0', threads: '1', compressor: 'lzma-native' } }
  return { ...own, sync: { ...lines['sync'], keep_days: '0' } }
}

/** What both collectors have sealed, before anything was sent. */
export async function collected(root: string): Promise<void> {
  await mkdir(join(root, 'incoming'), { recursive: true })
  for (const server of [1, 2] as const) {
    const clock = new SleeplessClock(new Date(FIRST_MS).toISOString())
    const folder = join(root, `spool-${server}`)
    const collector = await VirtualCollector.start({ server, folder, lateMs: 1, clock, log: recordingLog() })
    const mine = tweets.filter(({ sequence }) => sequence !== (server === 1 ? 1 : 2))
    for (const { ms, sequence } of mine) {
      clock.advance(Math.max(0, ms + 500 - clock.now()))
      await collector.receive([payload(ms, { sequence })])
      await collector.round()
    }
    await collector.beat()
    await collector.stop()
  }
}

export const copyOf = (from: string, to: string): Promise<void> => cp(from, to, { recursive: true })
