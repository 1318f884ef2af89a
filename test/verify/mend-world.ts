import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FaultPlan } from '../../src/simulator/fault-plan.js'
import { ed25519KeyPair } from '../../src/simulator/sftp/key-pair.js'
import { startSftp } from '../../src/simulator/sftp/sftp.js'
import type { Settings } from '../../src/settings/settings.js'
import { appendToJournal } from '../../src/spool/journal.js'
import { minuteFiles } from '../../src/spool/spool-files.js'
import { Spool } from '../../src/spool/spool.js'
import { sync } from '../../src/transfer/sync.js'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'
import { compressor } from '../../src/vault/compressor.js'
import { expect } from 'vitest'
import { verifyAll } from './verify-world.js'

const client = ed25519KeyPair()
const host = ed25519KeyPair()

/** Server 1 with its archive, and server 2, which pushes by SFTP and keeps what it has for `keepDays`. */
export async function mendWorld({ keepDays = 7 } = {}) {
  const one = await hourWorld()
  const spool = join(one.root, 'server-2', 'spool')
  const keyFile = join(one.root, 'server-2', 'key')
  await mkdir(spool, { recursive: true })
  await mkdir(one.spools[2], { recursive: true })
  await writeFile(keyFile, client.private, { mode: 0o600 })
  const sftp = await startSftp({
    folder: one.root,
    user: 'server2',
    authorizedKey: client.public,
    hostKey: host.private,
    extensions: true,
    log: one.log,
    faults: new FaultPlan([], one.clock),
  })
  const settings: Settings = {
    ...one.settings,
    server: {
      number: 2,
      redundant: true,
      logLevel: 'info',
      timezone: 'UTC',
      stateFolder: join(one.root, 'server-2', 'state'),
    },
    spool: { ...one.settings.spool, folder: spool, server2Folder: undefined },
    vault: undefined,
    sync: {
      ...{ host: '127.0.0.1', port: sftp.port, user: 'server2', privateKeyFile: keyFile, hostKey: sftp.fingerprint },
      ...{ remoteFolder: '/spool-2', keepMs: keepDays * DAY_MS },
    },
    alerts: { differencePercent: 5, diskFreePercent: 0 },
  }
  return {
    ...one,
    settings: one.settings,
    /** Server 2's collector receives lines and seals them. */
    async collectedBy2(lines: readonly Buffer[]): Promise<void> {
      await using two = await Spool.open({ folder: spool, lateMs: 1, version: '0.0.0', clock: one.clock, log: one.log })
      await two.file(lines, HOUR + 5000, 'http://127.0.0.1/')
    },
    sync: () =>
      sync({ settings, clock: one.clock, log: one.log, version: '0.0.0', signal: new AbortController().signal }),
    verify: (options: { mends?: boolean } = {}) => verifyAll(one, options),
    async flip(kind: string): Promise<void> {
      const path = one.archivePath(kind)
      const bytes = await readFile(path)
      const at = Math.floor(bytes.length / 2)
      bytes[at] = (bytes[at] ?? 0) ^ 0x10
      await writeFile(path, bytes)
    },
    /** tweets.csv.xz as it would be without its last row. */
    async tweetsWithoutLast(): Promise<Buffer> {
      const codec = await compressor('lzma-native', { preset: 0, threads: 1 })
      return codec.compress(Buffer.from(one.text('tweets.csv.xz').replace(/[^\n]*\n$/, '')), 'lines')
    },
    [Symbol.asyncDispose]: async () => {
      await sftp[Symbol.asyncDispose]()
      await one[Symbol.asyncDispose]()
    },
  }
}

const tweet = (index: number) => payload(HOUR + index * MINUTE_MS, { sequence: index * 13 + 1, authorId: `5${index}` })
export const tweets = Array.from({ length: 12 }, (_, index) => tweet(index))
const rubbish = Buffer.from('no json')

/** An archived hour: server 1 alone has two of its tweets, server 2 alone three. */
export async function archivedHour(options: { keepDays?: number } = {}) {
  const world = await mendWorld(options)
  await appendToJournal(world.spools[1], HOUR, { event: 'started', version: '0.0.0', server: 1 })
  await world.collected(1, [...tweets.slice(0, 9), rubbish])
  const copies = new Map<number, string>()
  for (const { path, minute } of await minuteFiles(world.spools[1], HOUR))
    copies.set((minute - HOUR) / MINUTE_MS, await readFile(path, 'utf8'))
  await world.collectedBy2([...tweets.slice(2), rubbish])
  await world.sync()
  expect((await world.run()).archived).toMatchObject([{ tweets: 12, missing_servers: [] }])
  await world.sync()
  world.clock.advance(3 * HOUR_MS)
  await world.sync()
  await world.run()
  return {
    ...world,
    /** What a minute file of server 1 held before it was archived. */
    minuteFile: (minute: number): string => copies.get(minute) ?? '',
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }
}
