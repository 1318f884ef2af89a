import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hourContext } from '../../src/hour/hour-context.js'
import { processHours } from '../../src/hour/process-hours.js'
import type { Settings } from '../../src/settings/settings.js'
import { writeBatch } from '../../src/spool/batch.js'
import { hourFolder, minuteFileName } from '../../src/spool/minute-name.js'
import { minuteFiles } from '../../src/spool/spool-files.js'
import { Spool } from '../../src/spool/spool.js'
import { HOUR_MS, hourName, MINUTE_MS } from '../../src/utc.js'
import { archivedRows } from '../../src/vault/archived-rows.js'
import { readBook, type Book } from '../../src/vault/book.js'
import { ManualClock } from './manual-clock.js'
import { recordingLog } from './recording-log.js'
import { temporaryFolder } from './temporary-folder.js'

export const HOUR = Date.parse('2026-11-21T13:00:00Z')

/** Server 1 with both spools and a vault in a temporary folder, some time after `HOUR`. */
export async function hourWorld({ redundant = true, threads = 1 } = {}) {
  const temporary = await temporaryFolder()
  const root = temporary.path
  const clock = new ManualClock(HOUR + HOUR_MS + 20 * MINUTE_MS)
  const log = recordingLog()
  const spools = { 1: join(root, 'spool-1'), 2: join(root, 'spool-2') }
  const vault = join(root, 'vault')
  const settings: Settings = {
    file: 'settings.ini',
    server: { number: 1, redundant, logLevel: 'info', timezone: 'UTC', stateFolder: join(root, 'state') },
    x: { bearerTokenFile: undefined, baseUrl: 'http://127.0.0.1', backfillMinutes: 5, fields: 'lean', silenceMs: 1 },
    spool: {
      folder: spools[1],
      server2Folder: redundant ? spools[2] : undefined,
      lateMs: 6 * MINUTE_MS,
      reserveBytes: 0,
    },
    sync: undefined,
    vault: { folder: vault, xzPreset: 0, threads, compressor: 'lzma-native', keepRaw: false },
    process: { waitForServerMs: 3 * HOUR_MS },
    osf: undefined,
    mail: undefined,
    alerts: { differencePercent: 5, diskFreePercent: 10 },
  }
  const context = hourContext(settings, { version: '0.0.0', clock, log, signal: new AbortController().signal })
  const archivePath = (kind: string) => join(vault, '2026-11-21', `2026-11-21_13_${kind}`)

  /** A collector of `server` receives `lines` in a life of its own and seals them. */
  async function collected(server: 1 | 2, lines: readonly Buffer[], receivedMs = HOUR + 5000): Promise<void> {
    const options = { folder: spools[server], lateMs: 1, version: '0.0.0', clock, log }
    await using spool = await Spool.open(options)
    await spool.file(lines, receivedMs, 'http://127.0.0.1/')
  }

  /** Server 2 delivers the batch of an hour: all that lies in its spool, and what `also` names. */
  async function batchOf(hour = HOUR, also: { name: string; sha256: string; lines?: number }[] = []): Promise<void> {
    const files = []
    for (const { name, path } of await minuteFiles(spools[2], hour)) {
      const content = await readFile(path)
      const sha256 = createHash('sha256').update(content).digest('hex')
      files.push({ name, bytes: content.length, lines: content.toString().split('\n').length - 1, sha256 })
    }
    const folder = join(spools[2], hourFolder(hour))
    await mkdir(folder, { recursive: true })
    const sealed_until = new Date(hour + HOUR_MS + 8 * MINUTE_MS).toISOString()
    const more = also.map((file) => ({ bytes: 1, lines: 1, ...file }))
    await writeBatch(spools[2], hour, { hour: hourName(hour), server: 2, sealed_until, files: [...files, ...more] })
  }

  return {
    ...{ root, clock, log, spools, vault, settings, context, collected, batchOf },
    run: () => processHours(context),
    /** Put a minute file there by hand, as another collector would. */
    async byHand(server: 1 | 2, minute: number, content: string, number = 0): Promise<void> {
      const folder = join(spools[server], hourFolder(HOUR))
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, minuteFileName({ minute, number })), content)
    },
    async book(hour = HOUR): Promise<Book> {
      const book = await readBook(vault, hour)
      if (!book) throw new Error(`there is no book of ${hourName(hour)}`)
      return book
    },
    /** `[id, servers]` of every archived tweet, in their order. */
    async archived(): Promise<[string, string][]> {
      const book = await readBook(vault, HOUR)
      const rows: [string, string][] = []
      if (book)
        for await (const batch of archivedRows(vault, book))
          rows.push(...batch.map((row): [string, string] => [row.id, row.servers]))
      return rows
    },
    /** The bytes of the three archive files. */
    archiveBytes: () =>
      Promise.all(['IDs.txt.xz', 'tweets.csv.xz', 'users.csv.xz'].map((kind) => readFile(archivePath(kind), 'hex'))),
    text: (kind: string): string =>
      execFileSync('xz', ['-dc', archivePath(kind)], { encoding: 'utf8', maxBuffer: 64 << 20 }),
    archivePath,
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}
