import { appendFile, readdir, rename, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../src/clock.js'
import { writeHeartbeat } from '../../src/health/heartbeat.js'
import type { Log } from '../../src/log.js'
import { journalName } from '../../src/spool/journal.js'
import { fileSize, minuteFiles, spoolHours } from '../../src/spool/spool-files.js'
import { Spool } from '../../src/spool/spool.js'

export interface VirtualCollectorOptions {
  readonly server: 1 | 2
  readonly folder: string
  readonly lateMs: number
  readonly clock: Clock
  readonly log: Log
}

const URL = 'http://127.0.0.1/2/tweets/sample/stream'

/** A collector's life without its network: a real spool, its rounds by hand, and a death that leaves what kill -9 leaves. */
export class VirtualCollector {
  readonly #spool: Spool
  readonly #options: VirtualCollectorOptions
  readonly #startedAt: string

  private constructor(spool: Spool, options: VirtualCollectorOptions) {
    this.#spool = spool
    this.#options = options
    this.#startedAt = new Date(options.clock.now()).toISOString()
  }

  static async start(options: VirtualCollectorOptions): Promise<VirtualCollector> {
    const spool = await Spool.open({ ...options, version: '0.0.0' })
    await spool.journal({ event: 'started', version: '0.0.0', server: options.server })
    return new VirtualCollector(spool, options)
  }

  async receive(lines: readonly Buffer[]): Promise<void> {
    if (lines.length > 0) await this.#spool.file(lines, this.#options.clock.now(), URL)
  }

  /** What a collector does every second. */
  async round(): Promise<void> {
    await this.#spool.sync()
    await this.#spool.sealDue()
  }

  async beat(): Promise<void> {
    const { server, folder, clock } = this.#options
    await writeHeartbeat(folder, {
      process: 1,
      server,
      version: '0.0.0',
      started_at: this.#startedAt,
      written_at: new Date(clock.now()).toISOString(),
      connection: 'connected',
      connected_at: this.#startedAt,
      last_byte_at: null,
      last_tweet_at: null,
      covered_until: null,
      totals: { tweets: 0, rejected: 0, connects: 1, disconnects: 0 },
      open_minutes: this.#spool.openMinutes,
    })
  }

  /** End as on SIGTERM. */
  async stop(): Promise<void> {
    await this.#spool.journal({ event: 'stopped' })
    await this.#spool.close()
  }

  /**
   * Die as by kill -9: what was open stays a `.part`, and the journal knows nothing of it. `torn` is the half line
   * that a write was cut off in.
   */
  async die(torn = ''): Promise<void> {
    const { folder, clock } = this.#options
    const open = await this.#parts()
    const journal = join(folder, 'journal', journalName(clock.now()))
    const journalBytes = await fileSize(journal)
    await this.#spool.close()
    if (journalBytes !== undefined) await truncate(journal, journalBytes)
    for (const path of open) await rename(path.replace(/\.part$/, ''), path)
    const [first] = open
    if (first !== undefined && torn !== '') await appendFile(first, torn)
  }

  async #parts(): Promise<string[]> {
    const { folder } = this.#options
    const files = await Promise.all((await spoolHours(folder)).map((hour) => minuteFiles(folder, hour)))
    return files.flat().flatMap(({ open, path }) => (open ? [path] : []))
  }
}

/** Every file below a folder, by its path from there. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}
