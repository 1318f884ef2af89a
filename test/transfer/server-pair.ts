import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { appendToJournal } from '../../src/spool/journal.js'
import { readBatch, type Batch } from '../../src/spool/batch.js'
import { hourFolder, minuteFileName } from '../../src/spool/minute-name.js'
import { writeReceipt, type Receipt } from '../../src/spool/receipt.js'
import type { Settings, SyncSettings } from '../../src/settings/settings.js'
import { FaultPlan, type Fault } from '../../src/simulator/fault-plan.js'
import { ed25519KeyPair } from '../../src/simulator/sftp/key-pair.js'
import { startSftp, type Sftp } from '../../src/simulator/sftp/sftp.js'
import { sync, type SyncContext, type SyncResult } from '../../src/transfer/sync.js'
import { hourName, hourOf, MINUTE_MS } from '../../src/utc.js'
import { ManualClock } from '../support/manual-clock.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'

export const START = '2026-11-21T13:00:00Z'
export const HOUR = Date.parse(START)
export const clientKey = ed25519KeyPair()
const hostKey = ed25519KeyPair().private

/** Where sync finds server 1. */
export type Target = Partial<SyncSettings>

export interface SealOptions {
  readonly number?: number
  /** Leave it out of the journal, as a file that somebody put there by hand. */
  readonly unlisted?: boolean
}

/** Server 2 with its spool, and the folder on server 1 to which it pushes. The clock stands at 14:08. */
export class ServerPair implements AsyncDisposable {
  readonly clock = new ManualClock('2026-11-21T14:08:00Z')
  readonly log = recordingLog()
  readonly root: string
  readonly spool: string
  readonly state: string
  /** Server 2's spool on server 1. */
  readonly incoming: string
  readonly keyFile: string
  target: SyncSettings
  readonly #folder: AsyncDisposable

  private constructor(folder: AsyncDisposable & { path: string }) {
    this.#folder = folder
    this.root = folder.path
    this.spool = join(folder.path, 'spool')
    this.state = join(folder.path, 'state')
    this.incoming = join(folder.path, 'server-1', 'incoming')
    this.keyFile = join(folder.path, 'key')
    this.target = {
      host: '127.0.0.1',
      port: 1,
      user: 'server2',
      privateKeyFile: this.keyFile,
      hostKey: 'SHA256:unknown',
      remoteFolder: '/incoming',
      keepMs: 0,
    }
  }

  static async create(target: Target = {}): Promise<ServerPair> {
    const pair = new ServerPair(await temporaryFolder())
    for (const folder of [pair.spool, pair.state, pair.incoming]) await mkdir(folder, { recursive: true })
    await writeFile(pair.keyFile, clientKey.private, { mode: 0o600 })
    pair.target = { ...pair.target, ...target }
    return pair
  }

  /** Start the simulated server and point sync at it. */
  async serve({ extensions = true, faults = [] }: { extensions?: boolean; faults?: Fault[] } = {}): Promise<
    Sftp & { faults: FaultPlan }
  > {
    const plan = new FaultPlan(faults, this.clock)
    const sftp = await startSftp({
      folder: join(this.incoming, '..'),
      user: this.target.user,
      authorizedKey: clientKey.public,
      hostKey,
      extensions,
      log: this.log,
      faults: plan,
    })
    this.target = { ...this.target, port: sftp.port, hostKey: sftp.fingerprint }
    return Object.assign(sftp, { faults: plan })
  }

  sync(some: Partial<SyncContext> = {}): Promise<SyncResult> {
    const { clock, log } = this
    const { signal } = new AbortController()
    return sync({ settings: this.settings(), clock, log, version: '0.0.0', signal, ...some })
  }

  /** Seal a minute file, `13:07` of the day, as the collector does. Returns its name. */
  async seal(time: string, content: string, { number = 0, unlisted = false }: SealOptions = {}): Promise<string> {
    const minute = Date.parse(`2026-11-21T${time}Z`)
    const name = minuteFileName({ minute, number })
    if (!unlisted)
      await appendToJournal(this.spool, minute + 7 * MINUTE_MS, {
        event: 'sealed',
        hour: hourName(hourOf(minute)),
        name,
        lines: content.split('\n').length - 1,
        bytes: Buffer.byteLength(content),
        sha256: sha256(content),
      })
    await this.put(name, content)
    return name
  }

  /** Put a file into the folder of the hour that its name tells. */
  async put(name: string, content: string): Promise<void> {
    const [, day = '', hour = ''] = /(\d{4}-\d\d-\d\d)_(\d\d)/.exec(name) ?? []
    await mkdir(join(this.spool, day, hour), { recursive: true })
    await writeFile(join(this.spool, day, hour, name), content)
  }

  /** The names in an hour's folder, here or on server 1; none where there is no folder. */
  async names(side: 'spool' | 'incoming', hour = HOUR): Promise<string[]> {
    return (await readdir(join(this[side], hourFolder(hour))).catch(() => [])).sort()
  }

  async content(side: 'spool' | 'incoming', name: string, hour = HOUR): Promise<string> {
    return readFile(join(this[side], hourFolder(hour), name), 'utf8')
  }

  batch(hour = HOUR): Promise<Batch | undefined> {
    return readBatch(this.incoming, hour)
  }

  /** Do as server 1 does with an hour: put every file away, and answer with a receipt. */
  async archive(hour = HOUR, refused: Receipt['refused'] = []): Promise<void> {
    const names = (await this.names('incoming', hour)).filter((name) => name.endsWith('.jsonl'))
    const files = await Promise.all(
      names.map(async (name) => ({ name, sha256: sha256(await this.content('incoming', name, hour)) })),
    )
    await writeReceipt(this.incoming, hour, { hour: hourName(hour), revision: 1, files, refused })
    for (const { name } of files) await rm(join(this.incoming, hourFolder(hour), name))
  }

  async openKeyTo(mode: number): Promise<void> {
    await chmod(this.keyFile, mode)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]()
  }

  settings(): Settings {
    return {
      file: 'settings.ini',
      server: { number: 2, redundant: true, logLevel: 'info', timezone: 'UTC', stateFolder: this.state },
      x: {
        bearerTokenFile: undefined,
        baseUrl: 'http://127.0.0.1',
        backfillMinutes: 5,
        fields: 'lean',
        silenceMs: 300_000,
      },
      spool: { folder: this.spool, server2Folder: undefined, lateMs: 6 * MINUTE_MS, reserveBytes: 0 },
      sync: this.target,
      vault: undefined,
      process: { waitForServerMs: 3 * 3_600_000 },
      osf: undefined,
      mail: undefined,
      alerts: { differencePercent: 5, diskFreePercent: 0 },
    }
  }
}

export const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex')
