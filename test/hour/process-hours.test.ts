import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hoursExitCode } from '../../src/hour/process-hours.js'
import { readReceipt } from '../../src/spool/receipt.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { takeLock } from '../../src/durable/lock.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { idAt, payload } from '../support/tweets.js'

const at = (minute: number, sequence = 0) => payload(HOUR + minute * MINUTE_MS, { sequence })
const id = (minute: number, sequence = 0) => idAt(HOUR + minute * MINUTE_MS, sequence)
const hourDir = '2026-11-21/13'

test('two servers are merged: each tweet once, by ID, with the servers that delivered it', async () => {
  await using world = await hourWorld()
  await world.collected(1, [at(1), at(3), at(1), at(2)])
  await world.collected(2, [at(3), at(4), at(1)])
  await world.batchOf()
  const done = await world.run()
  expect(done).toMatchObject({ archived: [{ hour: '2026-11-21_13', revision: 1, tweets: 4 }], waiting: [], failed: [] })
  expect(hoursExitCode(done)).toBe(0)
  expect(await world.archived()).toEqual([
    [id(1), '12'],
    [id(2), '1'],
    [id(3), '12'],
    [id(4), '2'],
  ])
  expect(await world.book()).toMatchObject({
    ...{ revision: 1, archived: 4, both: 2, only_1: 1, only_2: 1, users: 1, missing_servers: [] },
    servers: {
      1: { lines: 4, distinct: 3, repeated: 1, rejected: 0, rejected_by_collector: 0 },
      2: { lines: 3, distinct: 3, repeated: 0, rejected: 0, rejected_by_collector: 0 },
    },
  })
})

test('after the commit server 2 has its receipt and the sources are gone', async () => {
  await using world = await hourWorld()
  await world.collected(1, [at(1)])
  await world.collected(2, [at(1), at(2)])
  await world.batchOf()
  await world.run()
  const receipt = await readReceipt(world.spools[2], HOUR)
  const inputs = (await world.book()).inputs.filter(({ server }) => server === 2)
  expect(receipt?.files).toEqual(inputs.map(({ name, sha256 }) => ({ name, sha256 })))
  expect(receipt?.files).toHaveLength(2)
  for (const spool of [world.spools[1], world.spools[2]]) expect(await readdir(spool)).not.toContain('2026-11-21')
})

test('a late batch makes a new revision with the very bytes that one step would have made', async () => {
  await using late = await hourWorld()
  await using whole = await hourWorld()
  for (const world of [late, whole]) await world.collected(1, [at(1), at(2), at(1, 1)])
  late.clock.advance(3 * HOUR_MS)
  const first = await late.run()
  expect(first.archived).toMatchObject([{ revision: 1, missing_servers: [2] }])
  expect(hoursExitCode(first)).toBe(3)
  for (const world of [late, whole]) {
    await world.collected(2, [at(2), at(5), at(1)])
    await world.batchOf()
  }
  expect((await late.run()).archived).toContainEqual({
    hour: '2026-11-21_13',
    revision: 2,
    tweets: 4,
    state: 'unknown',
    missing_servers: [],
  })
  await whole.run()
  expect(await late.archiveBytes()).toEqual(await whole.archiveBytes())
  const [one, two] = [await late.book(), await whole.book()]
  expect(one.servers).toEqual(two.servers)
  expect(one.revisions.map(({ change }) => change)).toEqual([
    '2 files (3 lines) of server 1: 3 tweets, without server 2',
    '3 files (3 lines) of server 2: 1 more tweets',
  ])
})

test('an hour waits for server 2 until wait_for_server is over', async () => {
  await using world = await hourWorld()
  await world.collected(1, [at(1)])
  const done = await world.run()
  expect(done.waiting).toEqual([{ hour: '2026-11-21_13', reason: 'server 2 has not delivered all of it' }])
  expect(hoursExitCode(done)).toBe(3)
  expect(await readdir(join(world.spools[1], hourDir))).toHaveLength(1)
})

test('a batch whose files are not all there yet is waited for', async () => {
  await using world = await hourWorld()
  await world.collected(2, [at(1)])
  await world.batchOf(HOUR, [{ name: 'sampled_stream_2026-11-21_13-02.jsonl', sha256: 'f'.repeat(64) }])
  expect((await world.run()).waiting).toHaveLength(1)
})

test('with one server nothing is waited for', async () => {
  await using world = await hourWorld({ redundant: false })
  await world.collected(1, [at(1)])
  expect((await world.run()).archived).toMatchObject([{ tweets: 1, missing_servers: [] }])
})

test('a second run has nothing to do, and a second at the same time leaves with 75', async () => {
  await using world = await hourWorld()
  await world.collected(1, [at(1)])
  await world.batchOf()
  await world.run()
  const before = await world.archiveBytes()
  expect(await world.run()).toEqual({
    ...{ archived: [], renewed: [], waiting: [], failed: [], lost: [], passed_over: [], clock: null },
  })
  expect(await world.archiveBytes()).toEqual(before)
  await using _other = await takeLock(world.vault, 'process-hour', world.clock)
  await expect(world.run()).rejects.toMatchObject({ exitCode: 75 })
})

test('a file that comes a second time, under any name, is receipted and removed and not counted again', async () => {
  await using world = await hourWorld({ redundant: false })
  await world.collected(1, [at(1), at(2)])
  const name = 'sampled_stream_2026-11-21_13-01.jsonl'
  const content = await readFile(join(world.spools[1], hourDir, name))
  await world.run()
  await world.byHand(1, HOUR + 7 * MINUTE_MS, content.toString())
  expect((await world.run()).archived).toEqual([])
  expect((await world.book()).revision).toBe(1)
  await expect(readdir(join(world.spools[1], hourDir))).rejects.toThrow('ENOENT')
})

test.each([
  ['that is cut short', (path: string) => truncate(path, 40)],
  [
    'of the right size',
    async (path: string) => {
      await writeFile(path, (await readFile(path, 'utf8')).replace('hello', 'hallo'))
    },
  ],
])(
  'a file of server 2 %s, with the wrong hash, is put aside, refused, and taken when it comes whole',
  async (_, damage) => {
    await using world = await hourWorld()
    await world.collected(1, [at(1)])
    await world.collected(2, [at(2)])
    await world.batchOf()
    const path = join(world.spools[2], hourDir, 'sampled_stream_2026-11-21_13-02.jsonl')
    const whole = await readFile(path)
    await damage(path)
    expect((await world.run()).waiting).toHaveLength(1)
    expect(await readReceipt(world.spools[2], HOUR)).toMatchObject({
      revision: 0,
      files: [],
      refused: [{ name: 'sampled_stream_2026-11-21_13-02.jsonl' }],
    })
    await writeFile(path, whole)
    expect((await world.run()).archived).toMatchObject([{ tweets: 2 }])
    expect(await readReceipt(world.spools[2], HOUR)).toMatchObject({ revision: 1, refused: [] })
  },
)

test('a file that the journal names and that is nowhere holds its hour back, and no other', async () => {
  await using world = await hourWorld({ redundant: false })
  await world.collected(1, [at(1), payload(HOUR + HOUR_MS)])
  await rm(join(world.spools[1], hourDir, 'sampled_stream_2026-11-21_13-01.jsonl'))
  world.clock.advance(HOUR_MS)
  const done = await world.run()
  expect(done.failed).toMatchObject([{ hour: '2026-11-21_13' }])
  expect(done.failed[0]?.reason).toContain('sampled_stream_2026-11-21_13-01.jsonl')
  expect(done.archived).toMatchObject([{ hour: '2026-11-21_14', tweets: 1 }])
  expect(hoursExitCode(done)).toBe(1)
})

test('every hour since the beginning has a book; an hour without a tweet has zeros there and no other file', async () => {
  await using world = await hourWorld({ redundant: false })
  await world.collected(1, [at(1)])
  world.clock.advance(2 * HOUR_MS)
  await world.run()
  expect((await world.book(HOUR + HOUR_MS)).archived).toBe(0)
  expect((await readdir(join(world.vault, '2026-11-21'))).filter((name) => !name.includes('_13_'))).toEqual([
    '2026-11-21_14_hour.json',
    '2026-11-21_15_hour.json',
  ])
})

test('files of a collector that files by receipt are merged by the minutes in which the tweets were made', async () => {
  await using world = await hourWorld()
  const lines = (...all: Buffer[]) => all.map((line) => `${line.toString()}\n`).join('')
  await world.byHand(1, HOUR + MINUTE_MS, lines(at(1), at(0, 1), payload(HOUR - 1)))
  await world.byHand(1, HOUR, lines(at(0)))
  await world.byHand(2, HOUR, lines(at(0), at(0, 1)))
  world.clock.advance(3 * HOUR_MS)
  await world.run()
  expect(await world.archived()).toEqual([
    [idAt(HOUR - 1), '1'],
    [id(0), '12'],
    [id(0, 1), '12'],
    [id(1), '1'],
  ])
  expect((await world.book()).inputs.map(({ listed }) => listed)).toEqual([false, false, false])
})

test('an archive that is damaged stops its hour from being opened again, and is left as it is', async () => {
  await using world = await hourWorld({ redundant: false })
  await world.collected(1, [at(1), at(2)])
  await world.run()
  const path = world.archivePath('tweets.csv.xz')
  const bytes = await readFile(path)
  bytes[40] = (bytes[40] ?? 0) ^ 0xff
  await writeFile(path, bytes)
  await world.collected(1, [at(3)])
  const done = await world.run()
  expect(done.failed).toHaveLength(1)
  expect(await readFile(path)).toEqual(bytes)
  expect((await world.book()).revision).toBe(1)
  expect(await readdir(join(world.spools[1], hourDir))).toEqual(['sampled_stream_2026-11-21_13-03.jsonl'])
})

test('a corrupt book is not written over', async () => {
  await using world = await hourWorld({ redundant: false })
  await world.collected(1, [at(1)])
  await mkdir(join(world.vault, '2026-11-21'), { recursive: true })
  const path = join(world.vault, '2026-11-21/2026-11-21_13_hour.json')
  await writeFile(path, '{"hour":')
  expect((await world.run()).failed).toMatchObject([{ hour: '2026-11-21_13' }])
  expect(await readFile(path, 'utf8')).toBe('{"hour":')
})

test('a crash between commit and receipt is made up for by the next run', async () => {
  await using world = await hourWorld()
  await world.collected(2, [at(1)])
  await world.batchOf()
  const path = join(world.spools[2], hourDir, 'sampled_stream_2026-11-21_13-01.jsonl')
  const content = await readFile(path)
  await world.run()
  await rm(join(world.spools[2], 'receipts'), { recursive: true })
  await mkdir(join(world.spools[2], hourDir), { recursive: true })
  await writeFile(path, content)
  expect((await world.run()).archived).toEqual([])
  expect((await readReceipt(world.spools[2], HOUR))?.files).toHaveLength(1)
  await expect(readFile(path)).rejects.toThrow('ENOENT')
})

test('torn and foreign lines are archived as rejected with their place, and the books balance with them', async () => {
  await using world = await hourWorld({ redundant: false })
  await world.collected(1, [at(1), Buffer.from('no json')])
  await world.byHand(1, HOUR + 2 * MINUTE_MS, `${at(2).toString()}\n{"data":{"id":12}}\n{"data":{"id":"9`)
  await world.run()
  const lines = world.text('rejected.jsonl.xz').trim().split('\n')
  const rejected = lines.map((line) => JSON.parse(line) as { file: string; number: number; line: string })
  expect(rejected.map(({ file, number, line }) => [file, number, line])).toEqual([
    ['rejected/2026-11-21.jsonl', 1, 'no json'],
    ['sampled_stream_2026-11-21_13-02.jsonl', 2, '{"data":{"id":12}}'],
    ['sampled_stream_2026-11-21_13-02.jsonl', 3, '{"data":{"id":"9'],
  ])
  expect((await world.book()).servers[1]).toEqual({
    ...{ lines: 4, distinct: 2, repeated: 0, rejected: 3, rejected_by_collector: 1 },
  })
})

test('the IDs, the tweets and the book agree', async () => {
  await using world = await hourWorld()
  await world.collected(1, [at(1), at(2)])
  await world.collected(2, [at(2), at(3)])
  await world.batchOf()
  await world.run()
  expect(world.text('IDs.txt.xz')).toBe(`${[id(1), id(2), id(3)].join('\n')}\n`)
  expect(world.text('users.csv.xz').split('\n')[1]).toMatch(/^7,en,/)
  for (const { name, sha256, content_sha256, rows } of (await world.book()).archive) {
    const bytes = await readFile(join(world.vault, '2026-11-21', name))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
    const text = world.text(name.replace('2026-11-21_13_', ''))
    expect(createHash('sha256').update(text).digest('hex')).toBe(content_sha256)
    expect(text.split('\n').length - (name.includes('csv') ? 2 : 1)).toBe(rows)
  }
})

test('the last tweet of a file counts without a line end; half a tweet does not, and is kept', async () => {
  await using world = await hourWorld()
  await world.byHand(1, HOUR + MINUTE_MS, `${at(1).toString()}\n${at(1, 1).toString()}`)
  await world.byHand(2, HOUR + MINUTE_MS, `${at(1).toString()}\n${at(1, 1).toString().slice(0, -1)}`)
  world.clock.advance(3 * HOUR_MS)
  expect((await world.run()).archived).toContainEqual(expect.objectContaining({ hour: '2026-11-21_13', tweets: 2 }))
  expect(await world.archived()).toEqual([
    [id(1), '12'],
    [id(1, 1), '1'],
  ])
  expect((await world.book()).servers[2]).toMatchObject({ lines: 2, distinct: 1, rejected: 1 })
  expect(world.text('rejected.jsonl.xz')).toContain('"reason":"torn: no line end"')
})

test('the mark that an editor puts before a file by hand costs no tweet', async () => {
  await using world = await hourWorld({ redundant: false })
  await world.byHand(1, HOUR, `\uFEFF${payload(HOUR).toString()}\r\n${payload(HOUR + 1).toString()}\r\n`)
  expect(await world.run()).toMatchObject({ archived: [{ tweets: 2 }], failed: [] })
  expect((await world.book()).servers[1]).toMatchObject({ lines: 2, rejected: 0 })
})

test('a line longer than lines may be is rejected with its beginning, and the lines around it count', async () => {
  await using world = await hourWorld({ redundant: false })
  const huge = `{"data":{"id":"${id(1, 5)}","text":"${'x'.repeat(40 << 20)}"}}`
  await world.byHand(1, HOUR + MINUTE_MS, `${at(1).toString()}\n${huge}\n\n${at(1, 1).toString()}\n`)
  expect((await world.run()).archived).toMatchObject([{ tweets: 2 }])
  const rejected = world.text('rejected.jsonl.xz').trim().split('\n')
  expect(rejected.map((line) => (JSON.parse(line) as { reason: string }).reason)).toEqual([
    `longer than lines may be (${huge.length} bytes, cut)`,
    'empty',
  ])
  expect(rejected[0]?.length).toBeLessThan(1_100_000)
})

test('a line that is no UTF-8 stands in the archive as text, with U+FFFD for what it was not', async () => {
  await using world = await hourWorld({ redundant: false })
  const invalid = Buffer.concat([Buffer.from('{"data":{"id":"1","text":"'), Buffer.from([0xff]), Buffer.from('"}}')])
  await world.collected(1, [invalid, at(1)])
  await world.run()
  const [line = ''] = world.text('rejected.jsonl.xz').trim().split('\n')
  expect(JSON.parse(line)).toMatchObject({
    reason: 'no whole JSON object',
    line: '{"data":{"id":"1","text":"\uFFFD"}}',
  })
})
