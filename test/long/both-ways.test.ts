import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { OperatorError, ExitCode } from '../../src/operator-error.js'
import { reportPath } from '../../src/report/day-report.js'
import { readHeartbeat } from '../../src/health/heartbeat.js'
import { snowflakeMs } from '../../src/simulator/tweets/snowflake.js'
import { dayOf, HOUR_MS, hourName, hourOf, MINUTE_MS, SECOND_MS } from '../../src/utc.js'
import { archivedRows } from '../../src/vault/archived-rows.js'
import { readBook, type Book } from '../../src/vault/book.js'
import { bookedHours } from '../../src/vault/booked-hours.js'
import type { SyncResult } from '../../src/transfer/sync.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { TwoServers, type ServerNumber } from '../support/two-servers.js'
import { filesBelow } from '../support/virtual-collector.js'

const START = Date.parse('2026-11-21T00:00:00Z')
const TWO_DAYS = 48

/** Both servers at midnight, collecting. */
async function twoServers() {
  const folder = await temporaryFolder()
  const world = await TwoServers.create({ root: folder.path, start: '2026-11-21T00:00:00Z', keepMs: 30 * HOUR_MS })
  for (const server of [1, 2] as const) await world.startCollector(server)
  return Object.assign(world, {
    async [Symbol.asyncDispose]() {
      await TwoServers.prototype[Symbol.asyncDispose].call(world)
      await folder[Symbol.asyncDispose]()
    },
  })
}

interface HourOptions {
  /** Servers that are off. */
  readonly off?: readonly ServerNumber[]
}

/** An hour passes: X sends at a quarter past, sync runs at :08 and process-hour at :20, where their server is on. */
async function passHour(world: TwoServers, { off = [] }: HourOptions = {}): Promise<void> {
  const begin = world.clock.now()
  const goTo = async (minute: number) => {
    world.clock.advance(begin + minute * MINUTE_MS - world.clock.now())
    await world.rounds()
  }
  const isOn = (server: ServerNumber) => !off.includes(server)
  await goTo(8)
  if (isOn(2)) await world.sync()
  await goTo(15)
  await world.deliver(world.clock.now() / SECOND_MS, 2)
  await goTo(20)
  if (isOn(1)) await world.processHour()
  await goTo(40)
  await goTo(60)
}

async function passHours(world: TwoServers, hours: number, options?: HourOptions): Promise<void> {
  for (let hour = 0; hour < hours; hour += 1) await passHour(world, options)
}

async function book(world: TwoServers, index: number): Promise<Book> {
  const found = await readBook(world.places.vault, START + index * HOUR_MS)
  if (!found) throw new Error(`there is no book of ${hourName(START + index * HOUR_MS)}`)
  return found
}

/** `servers` of every archived tweet, by ID. */
async function archived(world: TwoServers): Promise<Map<string, string>> {
  const rows = new Map<string, string>()
  for (const hour of await bookedHours(world.places.vault)) {
    const of = await readBook(world.places.vault, hour)
    if (of)
      for await (const batch of archivedRows(world.places.vault, of))
        for (const { id, servers } of batch) rows.set(id, servers)
  }
  return rows
}

/** What was delivered to whom, but for the hour that has just ended. */
function truth(world: TwoServers): Map<string, string> {
  const until = world.clock.now() - HOUR_MS
  const over = [...world.delivered].filter(([id]) => hourOf(snowflakeMs(id)) < until)
  return new Map(over.map(([id, servers]) => [id, [...servers].sort().join('')]))
}

const sorted = (map: Map<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

const minutesIn = async (folder: string): Promise<string[]> =>
  (await filesBelow(folder)).filter((path) => path.includes('.jsonl') && !/^(journal|rejected)\//.test(path))

test('server 1 off for two days: server 2 keeps everything and says since when it waits, one sync brings all', async () => {
  await using world = await twoServers()
  await passHours(world, 2)
  await world.endCollector(1, 'die')
  world.unreachable.add('network')
  await passHours(world, TWO_DAYS, { off: [1] })

  const kept = await minutesIn(world.places.spool2)
  expect(kept.length).toBeGreaterThanOrEqual(TWO_DAYS)
  const failed = await world.sync()
  expect(failed).toBeInstanceOf(OperatorError)
  expect(failed).toMatchObject({
    exitCode: ExitCode.temporary,
    message: expect.stringContaining("can't be reached") as string,
  })
  expect(world.log.text()).toMatch(
    /hours since 2026-11-21_0\d wait for server 1's receipt: see that server 1 can be reached/,
  )

  world.unreachable.delete('network')
  await world.startCollector(1)
  const caughtUp = await world.sync()
  expect(caughtUp).toMatchObject({ failed: [] })
  expect((caughtUp as SyncResult).sent.files).toBeGreaterThanOrEqual(TWO_DAYS)
  await world.processHour()
  await passHours(world, 3)
  for (let index = 0; index < TWO_DAYS; index += 1)
    expect(await book(world, index)).toMatchObject({ missing_servers: [] })
  expect(sorted(await archived(world))).toEqual(sorted(truth(world)))
  expect((await book(world, 10)).only_2).toBeGreaterThan(0)
  expect(await minutesIn(world.places.incoming)).toEqual([])
  expect(await world.sync()).toMatchObject({ warnings: [] })
})

test('server 2 off for two days: hours are archived with server 1 alone, said to lack server 2, and completed later', async () => {
  await using world = await twoServers()
  await passHours(world, 2)
  await world.endCollector(2, 'die')
  const lost = await minutesIn(world.places.spool2)
  expect(lost.some((path) => path.endsWith('.part')) || lost.length > 0).toBe(true)
  await passHours(world, TWO_DAYS, { off: [2] })
  expect(await book(world, 10)).toMatchObject({ missing_servers: [2], revision: 1 })
  expect((await book(world, 10)).only_1).toBeGreaterThan(0)

  await world.startCollector(2)
  expect(await world.sync()).toMatchObject({ failed: [] })
  await passHours(world, 4)
  for (let index = 0; index < TWO_DAYS; index += 1)
    expect(await book(world, index)).toMatchObject({ missing_servers: [] })
  expect(sorted(await archived(world))).toEqual(sorted(truth(world)))
})

test("server 1's collector alone dead: what it left open is adopted, hours go on with server 2, and server 2 is told", async () => {
  await using world = await twoServers()
  await passHours(world, 1)
  await world.rounds()
  world.clock.advance(15 * MINUTE_MS)
  await world.deliver(world.clock.now() / SECOND_MS, 2)
  await world.endCollector(1, 'die')
  expect((await minutesIn(world.places.spool1)).filter((path) => path.endsWith('.part'))).not.toEqual([])
  world.clock.advance(45 * MINUTE_MS)
  await passHours(world, 6)
  expect(await minutesIn(world.places.spool1)).toEqual([])
  expect(sorted(await archived(world)).filter(([, servers]) => servers === '12').length).toBeGreaterThan(0)
  for (let index = 2; index < 6; index += 1) {
    const { only_2, archived: tweets, missing_servers } = await book(world, index)
    expect({ only_2, missing_servers }).toEqual({ only_2: tweets, missing_servers: [] })
    expect(tweets).toBeGreaterThan(0)
  }
  expect(await world.sync()).toMatchObject({
    warnings: [expect.stringMatching(/server 1's collector gave its last sign of life at 2026-11-21T01/)],
  })
  expect((await book(world, 1)).servers[1].rejected_by_collector).toBe(1)
  expect(await readHeartbeat(world.places.spool2)).toBeDefined()
})

test('both off: the hours without them have a book and a row with zeros', async () => {
  await using world = await twoServers()
  await passHours(world, 2)
  await world.endCollector(1, 'die')
  await world.endCollector(2, 'die')
  world.unreachable.add('network')
  await passHours(world, 8, { off: [1, 2] })
  world.unreachable.delete('network')
  for (const server of [1, 2] as const) await world.startCollector(server)
  await passHours(world, 4)
  for (let index = 3; index < 10; index += 1)
    expect(await book(world, index)).toMatchObject({ archived: 0, missing_servers: [], archive: [] })
  const report = await readFile(reportPath(world.places.vault, dayOf(START)), 'utf8')
  expect(report.split('\n').filter((line) => line !== '')).toHaveLength(14)
  expect(report).toMatch(/^05\t0\t0\t0\t0\t0%$/m)
  expect(sorted(await archived(world))).toEqual(sorted(truth(world)))
})

test('a late line for an hour that was complete does not make it wait for server 2 again', async () => {
  await using world = await twoServers()
  await passHours(world, 2)
  expect(await book(world, 0)).toMatchObject({ missing_servers: [], revision: 1 })
  await world.endCollector(2, 'stop')
  await world.deliver((START + 30 * MINUTE_MS) / SECOND_MS, 2)
  await passHours(world, 1, { off: [2] })
  const { revision, missing_servers, only_1 } = await book(world, 0)
  expect({ revision, missing_servers }).toEqual({ revision: 2, missing_servers: [] })
  expect(only_1).toBeGreaterThan(0)
})

test('a receipt that was withdrawn brings back what server 2 keeps', async () => {
  await using world = await twoServers()
  await passHours(world, 2)
  await world.sync()
  const kept = (await minutesIn(world.places.spool2)).filter((path) => path.startsWith('2026-11-21/00/'))
  expect(kept).not.toEqual([])
  await rm(join(world.places.incoming, 'receipts', '2026-11-21_00.json'))
  await world.sync()
  const there = await filesBelow(world.places.incoming)
  expect(there).toEqual(expect.arrayContaining([...kept, '2026-11-21/00/batch.json']))
  await world.processHour()
  expect(await book(world, 0)).toMatchObject({ revision: 1, missing_servers: [] })
  expect((await minutesIn(world.places.incoming)).filter((path) => path.startsWith('2026-11-21/00/'))).toEqual([])
  expect(await world.sync()).toMatchObject({ sent: { files: 0 } })
})

test('a file that is changed on server 1 behind our back, size and all, is refused, sent again and archived', async () => {
  await using world = await twoServers()
  await passHour(world)
  world.clock.advance(8 * MINUTE_MS)
  await world.rounds()
  await world.sync()
  const [changed = ''] = await minutesIn(world.places.incoming)
  const path = join(world.places.incoming, changed)
  await writeFile(path, (await readFile(path, 'utf8')).replace('"id"', '"ie"'))
  world.clock.advance(12 * MINUTE_MS)
  await world.rounds()
  await world.processHour()
  expect(await readdir(dirname(path))).toContain(`${basename(changed)}.bad`)
  expect(await world.sync()).toMatchObject({ refused: 1, sent: { files: 1 } })
  await world.processHour()
  expect(await book(world, 0)).toMatchObject({ missing_servers: [], only_1: 0, only_2: 0 })
  expect(await minutesIn(world.places.incoming)).toEqual([])
})
