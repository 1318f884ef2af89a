import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { ed25519KeyPair } from '../../src/simulator/sftp/key-pair.js'
import { HOUR_MS, hourName, MINUTE_MS } from '../../src/utc.js'
import { iniText, type Sections } from '../settings/settings-text.js'
import { runInProcess } from '../support/in-process.js'
import { recordingLog } from '../support/recording-log.js'
import { SleeplessClock } from '../support/sleepless-clock.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { idAt, payload } from '../support/tweets.js'
import { VirtualCollector } from '../support/virtual-collector.js'
import type { SftpKind, SftpPlace } from './sftp-servers.js'

const FIRST_MS = Date.parse('2026-11-21T10:00:00Z')
const HOURS = [0, 1, 2, 3].map((hour) => FIRST_MS + hour * HOUR_MS)
const MINUTES = [5, 20, 40]

export interface Collected {
  /** In each of three minutes of each hour. */
  readonly tweetsAMinute: number
  /** Of each tweet's text. */
  readonly letters: number
}

/**
 * Server 2 with four hours that it has sealed, server 1 that archives them with its own, and an SFTP server in between.
 * Server 2 has every tweet, server 1 every third.
 */
export class ArchivingPair implements AsyncDisposable {
  readonly root: string
  /** Server 2's spool on server 1. */
  readonly incoming: string
  /** Every tweet. */
  readonly ids: readonly string[]
  readonly #clock = new SleeplessClock('2026-11-21T15:00:00Z')
  readonly #running: AsyncDisposableStack

  private constructor(root: string, served: string, ids: readonly string[], running: AsyncDisposableStack) {
    this.root = root
    this.incoming = join(served, 'incoming')
    this.ids = ids
    this.#running = running
  }

  /** `served`: the folder that the SFTP server serves; one of the pair's own unless given. */
  static async create(kind: SftpKind, collected: Collected, served?: string): Promise<ArchivingPair> {
    const running = new AsyncDisposableStack()
    try {
      const { path: root } = running.use(await temporaryFolder())
      const folder = served ?? join(root, 'server-1')
      const [own, clientKey] = [join(root, 'sftp'), ed25519KeyPair()]
      for (const path of [join(folder, 'incoming'), own]) await mkdir(path, { recursive: true })
      await chmod(root, 0o755)
      await writeFile(join(root, 'key'), clientKey.private, { mode: 0o600 })
      await writeFile(join(root, 'token'), 'secret\n', { mode: 0o600 })
      const place = running.use(await kind.start({ own, served: folder, authorizedKey: clientKey.public }))
      const pair = new ArchivingPair(root, folder, await collect(root, collected), running)
      await pair.#writeSettings(place)
      return pair
    } catch (error) {
      await running.disposeAsync()
      throw error
    }
  }

  sync = () => this.#run('server-2.ini', 'sync')

  processHour = () => this.#run('server-1.ini', 'process-hour', '--no-publish')

  verify = () => this.#run('server-1.ini', 'verify')

  /** Sync and process-hour in turn until both say that all is done; answers their exit codes, `0 3` for a round. */
  async untilDone(mostRounds: number): Promise<string[]> {
    const rounds: string[] = []
    while (rounds.length < mostRounds && rounds.at(-1) !== '0 0')
      rounds.push(`${(await this.sync()).code} ${(await this.processHour()).code}`)
    return rounds
  }

  archivedIds(): string[] {
    return HOURS.flatMap((hour) => {
      const name = hourName(hour)
      const path = join(this.root, 'vault', name.slice(0, 10), `${name}_IDs.txt.xz`)
      return execFileSync('xz', ['-dc', path], { encoding: 'utf8' }).split('\n').filter(Boolean)
    }).sort()
  }

  /** The minute files, whole or half, that lie below a folder. */
  async minuteFiles(folder: string): Promise<string[]> {
    const names = await readdir(folder, { recursive: true })
    return names.filter((name) => /sampled_stream.*\.jsonl/.test(name)).sort()
  }

  get spool2(): string {
    return join(this.root, 'spool-2')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#running.disposeAsync()
  }

  #run(settings: string, ...words: string[]) {
    return runInProcess([...words, '--settings', join(this.root, settings)], { clock: this.#clock })
  }

  async #writeSettings({ port, fingerprint, remoteFolder }: SftpPlace): Promise<void> {
    const common = (server: 1 | 2): Sections => ({
      server: { number: String(server), state_folder: `state-${server}` },
      x: { bearer_token_file: 'token' },
      spool: { folder: `spool-${server}`, reserve_mib: '0', ...(server === 1 && { server_2_folder: this.incoming }) },
    })
    const one: Sections = {
      ...common(1),
      vault: { folder: 'vault', xz_preset: '0', threads: '1', compressor: 'lzma-native' },
      process: { wait_for_server: '30d' },
    }
    const reach = { host: '127.0.0.1', port: String(port), user: userInfo().username, private_key_file: 'key' }
    const two: Sections = {
      ...common(2),
      sync: { ...reach, host_key: fingerprint, remote_folder: remoteFolder, keep_days: '0' },
    }
    await writeFile(join(this.root, 'server-1.ini'), iniText(one))
    await writeFile(join(this.root, 'server-2.ini'), iniText(two))
  }
}

/** What both collectors have sealed; answers the IDs of all tweets. */
async function collect(root: string, { tweetsAMinute, letters }: Collected): Promise<string[]> {
  const made = HOURS.flatMap((hour) =>
    MINUTES.flatMap((minute) =>
      Array.from({ length: tweetsAMinute }, (_, sequence) => ({ ms: hour + minute * MINUTE_MS + sequence, sequence })),
    ),
  )
  for (const server of [1, 2] as const) {
    const clock = new SleeplessClock(new Date(FIRST_MS).toISOString())
    const folder = join(root, `spool-${server}`)
    const collector = await VirtualCollector.start({ server, folder, lateMs: 1, clock, log: recordingLog() })
    for (const { ms, sequence } of made) {
      clock.advance(Math.max(0, ms + 500 - clock.now()))
      if (server === 2 || sequence % 3 === 0)
        await collector.receive([payload(ms, { sequence, text: 'x'.repeat(letters) })])
    }
    clock.advance(HOUR_MS)
    await collector.round()
    await collector.beat()
    await collector.stop()
  }
  return made.map(({ ms, sequence }) => idAt(ms, sequence)).sort()
}
