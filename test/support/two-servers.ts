import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hourContext } from '../../src/hour/hour-context.js'
import { runProcessHour, type RunResult } from '../../src/hour/run.js'
import { OperatorError } from '../../src/operator-error.js'
import { mailDayReport, type MailedReport } from '../../src/report/mail-day-report.js'
import type { Settings } from '../../src/settings/settings.js'
import { FaultPlan, type Fault } from '../../src/simulator/fault-plan.js'
import { startOsf, type Osf } from '../../src/simulator/osf/osf.js'
import { ed25519KeyPair } from '../../src/simulator/sftp/key-pair.js'
import { startSftp, type Sftp } from '../../src/simulator/sftp/sftp.js'
import { startSmtp, type Smtp } from '../../src/simulator/smtp/smtp.js'
import { asking } from '../../src/simulator/tweets/asked.js'
import { alwaysOdd } from '../../src/simulator/tweets/oddities.js'
import { SeededTweets } from '../../src/simulator/tweets/seeded-tweets.js'
import { sync, type SyncResult } from '../../src/transfer/sync.js'
import { MINUTE_MS } from '../../src/utc.js'
import { BRIEF_MS } from './patience.js'
import { recordingLog } from './recording-log.js'
import { SleeplessClock } from './sleepless-clock.js'
import { VirtualCollector } from './virtual-collector.js'

const USER = 'server2'
const TOKEN = 'a-personal-access-token'
const PROJECT = 'abcde'
/** Nobody listens there. */
const DEAD_PORT = 9
const hostKey = ed25519KeyPair().private
const clientKey = ed25519KeyPair()

const asked = asking({
  expansions: ['author_id', 'referenced_tweets.id'],
  tweet: ['author_id', 'conversation_id', 'created_at', 'lang', 'referenced_tweets', 'source'],
  user: ['created_at', 'location', 'public_metrics', 'verified', 'protected'],
})

export type ServerNumber = 1 | 2

export interface TwoServersOptions {
  /** An empty folder. */
  readonly root: string
  readonly start: string
  readonly seed?: number
  /** Tweets a second. */
  readonly rate?: number
  readonly keepMs?: number
  readonly faults?: readonly Fault[]
  /** With OSF and mail. */
  readonly publishes?: boolean
}

/**
 * Both servers in one process on a clock that is moved by hand: real spools, sync over the simulated SFTP, process-hour
 * with simulated OSF and mail. The tweets are the simulator's; who was given which is written down.
 */
export class TwoServers implements AsyncDisposable {
  readonly clock: SleeplessClock
  readonly log = recordingLog()
  readonly places: Record<'spool1' | 'spool2' | 'incoming' | 'vault' | 'state1' | 'state2', string>
  /** Tweet -> the servers whose collector has filed it. */
  readonly delivered = new Map<string, Set<ServerNumber>>()
  readonly plan: FaultPlan
  /** What can't be reached at present. */
  readonly unreachable = new Set<'network' | 'osf' | 'mail'>()
  readonly osf: Osf
  readonly smtp: Smtp
  readonly #sftp: Sftp
  readonly #tweets: SeededTweets
  readonly #options: TwoServersOptions
  readonly #collectors = new Map<ServerNumber, VirtualCollector>()

  private constructor(options: TwoServersOptions, clock: SleeplessClock, plan: FaultPlan, services: [Osf, Smtp, Sftp]) {
    this.#options = options
    this.clock = clock
    this.plan = plan
    ;[this.osf, this.smtp, this.#sftp] = services
    this.places = placesIn(options.root)
    this.#tweets = new SeededTweets({ seed: options.seed ?? 1, rate: options.rate ?? 2 })
  }

  static async create(options: TwoServersOptions): Promise<TwoServers> {
    const { root, start, faults = [] } = options
    const clock = new SleeplessClock(start, { socketMs: BRIEF_MS })
    const plan = new FaultPlan(faults, clock)
    const places = placesIn(root)
    for (const folder of Object.values(places)) await mkdir(folder, { recursive: true })
    await writeFile(join(root, 'key'), clientKey.private, { mode: 0o600 })
    const log = recordingLog()
    const osf = await startOsf({ folder: join(root, 'osf'), token: TOKEN, project: PROJECT, clock, log, faults: plan })
    const smtp = await startSmtp({ folder: join(root, 'mail'), plan })
    const sftp = await startSftp({
      ...{ folder: join(places.incoming, '..'), user: USER, authorizedKey: clientKey.public, hostKey },
      ...{ extensions: true, log, faults: plan },
    })
    await writeFile(join(root, 'smtp.pem'), smtp.certificate)
    return new TwoServers(options, clock, plan, [osf, smtp, sftp])
  }

  isCollecting = (server: ServerNumber): boolean => this.#collectors.has(server)

  async startCollector(server: ServerNumber): Promise<void> {
    const { clock, log, places } = this
    const folder = places[`spool${server}`]
    this.#collectors.set(server, await VirtualCollector.start({ server, folder, lateMs: 6 * MINUTE_MS, clock, log }))
  }

  /** End a collector: `die` as by kill -9, with half a line behind it. */
  async endCollector(server: ServerNumber, how: 'stop' | 'die'): Promise<void> {
    const collector = this.#collectors.get(server)
    this.#collectors.delete(server)
    await (how === 'stop' ? collector?.stop() : collector?.die('{"data":{"id":"12'))
  }

  /** What X sends in the seconds from `second` (since 1970) on goes to the collectors that run, or to those named. */
  async deliver(second: number, seconds: number, to: readonly ServerNumber[] = [1, 2]): Promise<void> {
    for (let at = second; at < second + seconds; at += 1)
      for (const { bytes, ends, ids } of this.#tweets.deliveredIn(at, asked, alwaysOdd)) {
        const lines = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end - 2))
        for (const server of to) await this.#give(server, lines, ids)
      }
  }

  /** A minute's rounds of the collectors. */
  async rounds(): Promise<void> {
    for (const collector of this.#collectors.values()) {
      await collector.round()
      await collector.beat()
    }
  }

  /** Run sync on server 2; a fault that an operator would be told is the answer. */
  sync(): Promise<SyncResult | OperatorError> {
    const { clock, log } = this
    return sync({ settings: this.settings(2), clock, log, version: '0.0.0', signal: never() }).catch(operatorError)
  }

  /** Run process-hour on server 1, and what a run ends with. */
  async processHour(): Promise<RunResult> {
    const settings = this.settings(1)
    const context = hourContext(settings, { version: '0.0.0', clock: this.clock, log: this.log, signal: never() })
    return runProcessHour(
      context,
      {
        ...{ settings, publishes: settings.osf !== undefined, random: () => 0.5 },
        ...{ osfToken: () => Promise.resolve(TOKEN), mailPassword: () => Promise.resolve(undefined) },
      },
      () => undefined,
    )
  }

  report(): Promise<MailedReport> {
    const { clock, log } = this
    return mailDayReport({ settings: this.settings(1), password: undefined, clock, log }, never())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const collector of this.#collectors.values()) await collector.stop()
    for (const service of [this.#sftp, this.osf, this.smtp]) await service[Symbol.asyncDispose]()
  }

  async #give(server: ServerNumber, lines: readonly Buffer[], ids: readonly string[]): Promise<void> {
    const collector = this.#collectors.get(server)
    if (!collector) return
    await collector.receive(lines)
    for (const id of ids) this.delivered.set(id, (this.delivered.get(id) ?? new Set()).add(server))
  }

  settings(number: ServerNumber): Settings {
    const { places, unreachable } = this
    const { root, keepMs = 0, publishes = false } = this.#options
    const port = unreachable.has('network') ? DEAD_PORT : this.#sftp.port
    const remote = { host: '127.0.0.1', port, user: USER, privateKeyFile: join(root, 'key') }
    return {
      file: `server-${number}.ini`,
      server: { number, redundant: true, timezone: 'UTC', stateFolder: places[`state${number}`] },
      x: { bearerTokenFile: undefined, baseUrl: 'http://127.0.0.1', backfillMinutes: 5, fields: 'lean', silenceMs: 1 },
      spool: {
        folder: places[`spool${number}`],
        server2Folder: number === 1 ? places.incoming : undefined,
        lateMs: 6 * MINUTE_MS,
      },
      sync:
        number === 2 ? { ...remote, hostKey: this.#sftp.fingerprint, remoteFolder: '/incoming', keepMs } : undefined,
      vault:
        number === 1
          ? { folder: places.vault, xzPreset: 0, threads: 1, compressor: 'lzma-native', keepRaw: false }
          : undefined,
      process: { waitForServerMs: 180 * MINUTE_MS },
      osf: number === 1 && publishes ? this.#osfSettings() : undefined,
      mail: number === 1 && publishes ? this.#mailSettings() : undefined,
      alerts: { differencePercent: 5, diskFreePercent: 0 },
    } as Settings
  }

  #osfSettings(): Settings['osf'] {
    const baseUrl = this.unreachable.has('osf') ? `http://127.0.0.1:${DEAD_PORT}` : this.osf.url
    return { tokenFile: undefined, project: PROJECT, storage: 'osfstorage', baseUrl } as Settings['osf']
  }

  #mailSettings(): Settings['mail'] {
    return {
      ...{ host: '127.0.0.1', port: this.unreachable.has('mail') ? DEAD_PORT : this.smtp.port, security: 'starttls' },
      ...{
        user: undefined,
        passwordFile: undefined,
        ehloName: undefined,
        caFile: join(this.#options.root, 'smtp.pem'),
      },
      ...{ from: 'collector@example.org', to: ['researcher@example.org'] },
    }
  }
}

const placesIn = (root: string): TwoServers['places'] => ({
  spool1: join(root, 'server-1', 'spool'),
  incoming: join(root, 'server-1', 'sftp', 'incoming'),
  vault: join(root, 'server-1', 'vault'),
  state1: join(root, 'server-1', 'state'),
  spool2: join(root, 'server-2', 'spool'),
  state2: join(root, 'server-2', 'state'),
})

const never = (): AbortSignal => new AbortController().signal

function operatorError(error: unknown): OperatorError {
  if (error instanceof OperatorError) return error
  throw error
}
