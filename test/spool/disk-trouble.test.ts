import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../src/durable/disk.js'
import { readJournal, type JournalEvent } from '../../src/spool/journal.js'
import { rejectedOfHour } from '../../src/spool/rejected.js'
import { Reserve } from '../../src/spool/reserve.js'
import { Spool } from '../../src/spool/spool.js'
import { MINUTE_MS } from '../../src/utc.js'
import { withDiskFaults } from '../support/disk-faults.js'
import { ManualClock } from '../support/manual-clock.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { idsOf, payload } from '../support/tweets.js'

const START = Date.parse('2026-11-21T13:07:00Z')
const DAY = Date.parse('2026-11-21')
const URL = 'http://127.0.0.1/2/tweets/sample/stream'
const LATE_MS = 6 * MINUTE_MS

async function spoolAt() {
  const temporary = await temporaryFolder()
  const folder = temporary.path
  const hour = join(folder, '2026-11-21/13')
  const clock = new ManualClock(START)
  const log = recordingLog()
  return {
    ...{ folder, hour, clock, log },
    open: () => Spool.open({ folder, lateMs: LATE_MS, version: '0.0.0', clock, log }),
    files: () => readdir(hour),
    async ids() {
      const contents = await Promise.all((await readdir(hour)).map((name) => readFile(join(hour, name), 'utf8')))
      return contents.flatMap(idsOf)
    },
    async journal() {
      const events: JournalEvent[] = []
      for await (const event of readJournal(folder, DAY)) events.push(event)
      return events
    },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}

const tweets = (count: number, from = START) => Array.from({ length: count }, (_, i) => payload(from + i * 100))
const idsIn = (lines: Buffer[]) => idsOf(lines.join('\n'))

test('lines that a full disk does not take are given back, and filed once when there is room', async () => {
  await using at = await spoolAt()
  await using spool = await at.open()
  const lines = tweets(6)
  await spool.file(lines.slice(0, 2), START, URL)
  await using disk = await withDiskFaults('ENOSPC:write:1:1')
  const given = await spool.file(lines.slice(2), START, URL)
  expect(given).toEqual({ filed: 0, rejected: 0, left: lines.slice(2) })
  expect(await disk.fired()).toEqual(['ENOSPC'])
  expect(await at.ids()).toEqual(idsIn(lines.slice(0, 2)))
  expect(await spool.file(given.left, START, URL)).toMatchObject({ filed: 4, left: [] })
  await spool.close()
  expect(await at.ids()).toEqual(idsIn(lines))
  expect(await at.files()).toEqual(['sampled_stream_2026-11-21_13-07.jsonl'])
})

test('of lines for two minutes, those that were filed before the disk was full are not given back', async () => {
  await using at = await spoolAt()
  await using spool = await at.open()
  const [earlier, later] = [tweets(2), tweets(2, START + MINUTE_MS)]
  await using disk = await withDiskFaults('ENOSPC:write:1:1:13-08')
  expect(await spool.file([...earlier, ...later], START + MINUTE_MS, URL)).toEqual({
    filed: 2,
    rejected: 0,
    left: later,
  })
  expect(await disk.fired()).toEqual(['ENOSPC'])
})

test('a file that has no room to be made costs no name', async () => {
  await using at = await spoolAt()
  const spool = await at.open()
  await using disk = await withDiskFaults('ENOSPC:create:1:2,ENOSPC:sync-folder:1:1:/13')
  for (let tries = 0; tries < 2; tries++) expect((await spool.file(tweets(1), START, URL)).left).toHaveLength(1)
  expect(await spool.file(tweets(1), START, URL)).toMatchObject({ left: tweets(1) })
  expect(await spool.file(tweets(1), START, URL)).toMatchObject({ filed: 1 })
  await spool.close()
  expect(await disk.fired()).toEqual(['ENOSPC', 'ENOSPC', 'ENOSPC'])
  expect(await at.files()).toEqual(['sampled_stream_2026-11-21_13-07.jsonl'])
})

test('rejected lines that a full disk does not take are given back too, and kept once', async () => {
  await using at = await spoolAt()
  await using spool = await at.open()
  const bad = [Buffer.from('garbage'), Buffer.from('more of it')]
  await using disk = await withDiskFaults('ENOSPC:write:1:1:rejected,ENOSPC:write:1:1:journal')
  const given = await spool.file([...tweets(1), ...bad], START, URL)
  expect(given).toEqual({ filed: 1, rejected: 0, left: bad })
  expect(await spool.file(given.left, START, URL)).toEqual({ filed: 0, rejected: 2, left: [] })
  expect(await disk.fired()).toEqual(['ENOSPC', 'ENOSPC'])
  const kept = await Array.fromAsync(rejectedOfHour(at.folder, Date.parse('2026-11-21T13:00Z')))
  expect(kept.map(({ line }) => line)).toEqual(['garbage', 'more of it'])
})

test('a minute that has no room to be sealed is sealed at the next round, and takes no more lines meanwhile', async () => {
  await using at = await spoolAt()
  await using spool = await at.open()
  await spool.file(tweets(3), START, URL)
  at.clock.advance(MINUTE_MS + LATE_MS)
  await using disk = await withDiskFaults('ENOSPC:write:1:1:journal')
  await expect(spool.sealDue()).rejects.toMatchObject({ code: 'ENOSPC' })
  expect(spool.openMinutes).toEqual(['2026-11-21_13-07'])
  const late = tweets(1, START + 30_000)
  await spool.file(late, at.clock.now(), URL)
  await spool.sealDue()
  expect(await disk.fired()).toEqual(['ENOSPC'])
  expect(await at.journal()).toMatchObject([
    { event: 'sealed', name: 'sampled_stream_2026-11-21_13-07.jsonl', lines: 3 },
  ])
  expect(await at.files()).toEqual([
    'sampled_stream_2026-11-21_13-07.1.jsonl.part',
    'sampled_stream_2026-11-21_13-07.jsonl',
  ])
})

test('a journal line that has no room leaves nothing behind', async () => {
  await using at = await spoolAt()
  await using spool = await at.open()
  await spool.journal({ event: 'stopped' })
  await using disk = await withDiskFaults('ENOSPC:write:1:1,ENOSPC:sync:1:1')
  await expect(spool.journal({ event: 'disconnected', reason: 'a' })).rejects.toMatchObject({ code: 'ENOSPC' })
  await expect(spool.journal({ event: 'disconnected', reason: 'b' })).rejects.toMatchObject({ code: 'ENOSPC' })
  await spool.journal({ event: 'stopped' })
  expect(await disk.fired()).toEqual(['ENOSPC', 'ENOSPC'])
  expect((await at.journal()).map(({ event }) => event)).toEqual(['stopped', 'stopped'])
})

test('after an EIO the file is left as it is, and the minute goes on in its next file', async () => {
  await using at = await spoolAt()
  await using spool = await at.open()
  const lines = tweets(4)
  await spool.file(lines.slice(0, 2), START, URL)
  await using disk = await withDiskFaults('EIO:write:1:1')
  expect(await spool.file(lines.slice(2), START, URL)).toEqual({ filed: 2, rejected: 0, left: [] })
  expect(await disk.fired()).toEqual(['EIO'])
  expect(spool.leftFiles).toEqual(['sampled_stream_2026-11-21_13-07.jsonl.part'])
  expect(at.log.text()).toContain('left as it is')
  await spool.adoptLeft()
  expect(spool.leftFiles).toEqual([])
  await spool.close()
  expect((await at.ids()).sort()).toEqual(idsIn(lines))
  expect(await at.files()).toEqual(['sampled_stream_2026-11-21_13-07.1.jsonl', 'sampled_stream_2026-11-21_13-07.jsonl'])
})

test('a file whose sync failed is written anew before it is sealed, for what can be read may not be on the disk', async () => {
  await using at = await spoolAt()
  await using spool = await at.open()
  await spool.file(tweets(2), START, URL)
  await using disk = await withDiskFaults('EIO:sync:1:1:13-07')
  await spool.sync()
  const part = join(at.hour, 'sampled_stream_2026-11-21_13-07.jsonl.part')
  await spool.adoptLeft()
  const steps = (await disk.events()).filter(({ path }) => path.startsWith(part)).map(({ op, failed }) => failed ?? op)
  expect(steps).toEqual(['EIO', 'create', 'write', 'sync', 'rename', 'rename'])
  expect(await at.ids()).toEqual(idsIn(tweets(2)))
})

test('a file that the disk goes on failing is tried again each time, and stops nothing', async () => {
  await using at = await spoolAt()
  await using spool = await at.open()
  await spool.file(tweets(2), START, URL)
  await using disk = await withDiskFaults('EIO:sync:1:3:13-07')
  await spool.sync()
  for (let i = 0; i < 2; i++) {
    await spool.adoptLeft()
    expect(spool.leftFiles).toHaveLength(1)
  }
  await spool.adoptLeft()
  expect(spool.leftFiles).toEqual([])
  expect(await disk.fired()).toEqual(['EIO', 'EIO', 'EIO'])
})

test('a disk on which three files in a row fail is given up with its error', async () => {
  await using at = await spoolAt()
  const spool = await at.open()
  await using _disk = await withDiskFaults('EIO:write:1:3')
  await expect(spool.file(tweets(1), START, URL)).rejects.toMatchObject({ code: 'EIO' })
  await spool.close()
})

test('an orphan that the disk fails does not keep a collector from starting', async () => {
  await using at = await spoolAt()
  {
    const spool = await at.open()
    await spool.file(tweets(2), START, URL)
    await using _disk = await withDiskFaults('EIO:sync:1:1:13-07')
    await spool.sync()
    await spool.close()
  }
  await using disk = await withDiskFaults('EIO:sync:1:1:13-07')
  await using spool = await at.open()
  expect(await disk.fired()).toEqual(['EIO'])
  expect(spool.leftFiles).toHaveLength(1)
  await spool.adoptLeft()
  expect(await at.ids()).toEqual(idsIn(tweets(2)))
})

test.each([
  ['the folder of its hour', (at: { hour: string }) => at.hour],
  ['the whole spool', (at: { folder: string }) => at.folder],
])('where somebody removes %s, what is open is written again and nothing is lost', async (_name, where) => {
  await using at = await spoolAt()
  await using spool = await at.open()
  const lines = tweets(5)
  await spool.file(lines.slice(0, 2), START, URL)
  await spool.sync()
  await rm(where(at), { recursive: true })
  await spool.file(lines.slice(2), START, URL)
  await spool.sync()
  expect(at.log.text()).toContain('was removed by someone')
  expect(await at.ids()).toEqual(idsIn(lines))
  await spool.close()
  expect(await at.ids()).toEqual(idsIn(lines))
})

test('a quiet minute whose folder is removed is written again when it is sealed', async () => {
  await using at = await spoolAt()
  await using spool = await at.open()
  await spool.file(tweets(3), START, URL)
  await spool.sync()
  await rm(at.hour, { recursive: true })
  await spool.close()
  expect(await at.ids()).toEqual(idsIn(tweets(3)))
  expect(await at.journal()).toMatchObject([{ event: 'sealed', lines: 3 }])
})

test('folders that a killed process had made, but not put on the disk, are put there at the next start', async () => {
  await using at = await spoolAt()
  await makeFolder(at.hour)
  await makeFolder(join(at.folder, 'journal'))
  await using disk = await withDiskFaults()
  await using _spool = await at.open()
  const synced = (await disk.events()).filter(({ op }) => op === 'sync-folder').map(({ path }) => path)
  expect(synced).toEqual(expect.arrayContaining([at.folder, join(at.folder, '2026-11-21'), join(at.folder, 'journal')]))
})

test('the reserve is really there, is given up once, and is made again only where there is room', async () => {
  await using folder = await temporaryFolder()
  const reserve = new Reserve(folder.path, 3 << 20)
  expect(await reserve.make()).toBe(true)
  expect((await readFile(join(folder.path, 'reserve'))).length).toBe(3 << 20)
  expect([await reserve.giveUp(), await reserve.giveUp()]).toEqual([true, false])
  await using disk = await withDiskFaults('ENOSPC:write:2:1')
  expect(await reserve.make()).toBe(false)
  expect(await disk.fired()).toEqual(['ENOSPC'])
  expect(await readdir(folder.path)).toEqual([])
  expect(await reserve.make()).toBe(true)
  expect(await readdir(folder.path)).toEqual(['reserve'])
  expect(await new Reserve(folder.path, 2 ** 60).make()).toBe(false)
})

test.each(['EACCES:create', 'EIO:write', 'EROFS:rename', 'EIO:stat', 'EIO:sync'])(
  'a reserve that the disk refuses (%s) is done without',
  async (fault) => {
    await using folder = await temporaryFolder()
    await using disk = await withDiskFaults(`${fault}:1:9:reserve`)
    expect(await new Reserve(folder.path, 1 << 20).make()).toBe(false)
    expect(new Set(await disk.fired())).toEqual(new Set([fault.split(':')[0]]))
  },
)
