import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { mkdir, readdir, readFile, link, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { watchDisk } from '../../src/durable/disk-fault.js'
import { minuteFileName } from '../../src/spool/minute-name.js'
import { hoursExitCode } from '../../src/hour/process-hours.js'
import { leaveServer1Heartbeat } from '../../src/hour/server-1-heartbeat.js'
import { readReceipt } from '../../src/spool/receipt.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { idAt, payload } from '../support/tweets.js'

const at = (minute: number) => payload(HOUR + minute * MINUTE_MS)
const id = (minute: number) => idAt(HOUR + minute * MINUTE_MS)
const hourDir = '2026-11-21/13'
const NAME = 'sampled_stream_2026-11-21_13-05.jsonl'

type World = Awaited<ReturnType<typeof hourWorld>>

/** Both servers have the hour: 1 and 2, and what only server 2 has. */
async function bothServers(world: World): Promise<void> {
  await world.collected(1, [at(1), at(2)])
  await world.collected(2, [at(1), at(3)])
  await world.batchOf()
}

test.each(['2026-11-21_13.json.part', '2026-11-21_13.json', 'server-1.json.part', 'server-1.json'])(
  'a link planted as receipts/%s is replaced, and what it points at stays as it was',
  async (name) => {
    await using world = await hourWorld()
    await bothServers(world)
    const own = join(world.root, 'a file of server 1')
    await writeFile(own, 'its own')
    await mkdir(join(world.spools[2], 'receipts'))
    await symlink(own, join(world.spools[2], 'receipts', name))
    expect(await world.run()).toMatchObject({ archived: [{ tweets: 3 }], failed: [], passed_over: [] })
    await leaveServer1Heartbeat(world.context, world.settings.server.stateFolder)
    expect(await readFile(own, 'utf8')).toBe('its own')
    expect((await readReceipt(world.spools[2], HOUR))?.files).toHaveLength(2)
  },
)

test('receipts that are a link to another folder are not written: the hour is archived, and server 2 keeps its files', async () => {
  await using world = await hourWorld()
  await bothServers(world)
  const own = join(world.root, 'own')
  await mkdir(own)
  await symlink(own, join(world.spools[2], 'receipts'))
  const done = await world.run()
  expect(done).toMatchObject({ archived: [{ tweets: 3 }], failed: [] })
  expect(done.passed_over).toEqual([
    { entry: join(world.spools[2], 'receipts'), reason: 'is a symbolic link, where a folder belongs' },
  ])
  expect(hoursExitCode(done)).toBe(3)
  expect(await readdir(own)).toEqual([])
  expect(await readdir(join(world.spools[2], hourDir))).toHaveLength(3)
  await expect(readdir(join(world.spools[1], hourDir))).rejects.toThrow('ENOENT')
  await rm(join(world.spools[2], 'receipts'))
  expect(await world.run()).toMatchObject({ archived: [], failed: [], passed_over: [] })
  expect((await readReceipt(world.spools[2], HOUR))?.files).toHaveLength(2)
  await expect(readdir(join(world.spools[2], hourDir))).rejects.toThrow('ENOENT')
})

test("an hour's folder that is a link to server 1's spool is passed over, and server 1's data stays its own", async () => {
  await using world = await hourWorld()
  await world.collected(1, [at(1), at(2)])
  await mkdir(join(world.spools[2], '2026-11-21'), { recursive: true })
  await symlink(join(world.spools[1], hourDir), join(world.spools[2], hourDir))
  const early = await world.run()
  expect(early).toMatchObject({ archived: [], waiting: [{ hour: '2026-11-21_13' }], failed: [] })
  expect(early.passed_over).toHaveLength(1)
  world.clock.advance(3 * HOUR_MS)
  const done = await world.run()
  expect(done.archived).toContainEqual(
    expect.objectContaining({ hour: '2026-11-21_13', revision: 1, tweets: 2, missing_servers: [2] }),
  )
  expect(done.failed).toEqual([])
  expect(await world.archived()).toEqual([
    [id(1), '1'],
    [id(2), '1'],
  ])
})

/** What may lie in server 2's folder, and whether the hour has all of server 2 in spite of it. */
const odd: [string, boolean, (spool: string, world: World) => Promise<void>][] = [
  ['a file named like a day', true, (spool) => writeFile(join(spool, '2026-11-20'), 'x')],
  ['a link named like a day', true, (spool) => symlink('/', join(spool, '2026-11-20'))],
  ['a file named receipts', true, (spool) => writeFile(join(spool, 'receipts'), 'x')],
  ['a pipe named receipts', true, (spool) => pipe(join(spool, 'receipts'))],
  ['a folder in the place of a receipt', true, (spool) => folder(spool, 'receipts/2026-11-21_13.json/x')],
  ['a folder in the way of a receipt', true, (spool) => folder(spool, 'receipts/2026-11-21_13.json.part/x')],
  ['a link to /dev/zero named like a minute', true, (spool) => symlink('/dev/zero', join(spool, hourDir, NAME))],
  ['a pipe named like a minute', true, (spool) => pipe(join(spool, hourDir, NAME))],
  ['a folder named like a minute', true, (spool) => folder(spool, `${hourDir}/${NAME}`)],
  ['a minute that pretends to have a terabyte', true, (spool) => sparse(join(spool, hourDir, NAME), 2 ** 40)],
  [
    'a minute that is another name of a file of ours',
    true,
    async (spool, { root }) => {
      await writeFile(join(root, 'secret'), 'secret')
      await link(join(root, 'secret'), join(spool, hourDir, NAME))
    },
  ],
  ['rejected lines that are a link to /dev/zero', true, (spool) => linked(spool, 'rejected/2026-11-21.jsonl')],
  ['a journal that is a link to /dev/zero', true, (spool) => linked(spool, 'journal/2026-11-21.jsonl')],
  ['a batch of 60 MB', false, (spool) => sparse(join(spool, hourDir, 'batch.json'), 60 << 20)],
  ['a batch that is a link', false, (spool) => linked(spool, `${hourDir}/batch.json`)],
  ['a batch that is a folder', false, (spool) => replaced(spool, `${hourDir}/batch.json`)],
  [
    'a batch of brackets',
    false,
    (spool) => writeFile(join(spool, hourDir, 'batch.json'), '['.repeat(100_000) + ']'.repeat(100_000)),
  ],
  [
    'a batch with odd names and numbers',
    false,
    (spool) =>
      writeFile(
        join(spool, hourDir, 'batch.json'),
        '{"hour":"2026-11-21_13","server":2,"sealed_until":"2026-11-21T14:08:00Z","__proto__":{"files":[]},' +
          `"files":[{"name":"../../../x","bytes":1e999,"lines":1,"sha256":"${'0'.repeat(64)}"}]}`,
      ),
  ],
  [
    'a batch of another hour',
    false,
    async (spool) => {
      const path = join(spool, hourDir, 'batch.json')
      await writeFile(path, '{"hour":"2026-11-21_12","server":2,"sealed_until":"2026-11-21T14:08:00Z","files":[]}')
    },
  ],
]

function pipe(path: string): Promise<void> {
  execFileSync('mkfifo', [path])
  return Promise.resolve()
}

async function folder(spool: string, name: string): Promise<void> {
  await mkdir(join(spool, name), { recursive: true })
}

async function sparse(path: string, bytes: number): Promise<void> {
  await writeFile(path, '')
  await truncate(path, bytes)
}

async function linked(spool: string, name: string): Promise<void> {
  await mkdir(join(spool, name, '..'), { recursive: true })
  await rm(join(spool, name), { force: true })
  await symlink('/dev/zero', join(spool, name))
}

async function replaced(spool: string, name: string): Promise<void> {
  await rename(join(spool, name), join(spool, `${name}.old`))
  await mkdir(join(spool, name))
}

test.each(odd)("in server 2's folder %s stops nothing else and is told", async (what, isComplete, plant) => {
  await using world = await hourWorld()
  await bothServers(world)
  await world.collected(1, [payload(HOUR + HOUR_MS)], HOUR + HOUR_MS)
  await plant(world.spools[2], world)
  world.clock.advance(4 * HOUR_MS)
  const done = await world.run()
  expect(done.failed).toEqual([])
  expect(done.archived).toContainEqual(
    expect.objectContaining({
      ...{ hour: '2026-11-21_13', revision: 1, tweets: 3 },
      missing_servers: isComplete ? [] : [2],
    }),
  )
  expect(done.archived).toContainEqual(
    expect.objectContaining({ hour: '2026-11-21_14', revision: 1, tweets: 1, missing_servers: [2] }),
  )
  expect(done.passed_over).toHaveLength(1)
  expect(hoursExitCode(done)).toBe(3)
})

/** Have something written behind each of these files whenever it has just been looked at. */
function writtenForEver(paths: readonly string[]): Disposable & { readonly times: number } {
  let times = 0
  watchDisk((op, path) => {
    if (op !== 'read' || !paths.includes(path)) return
    times += 1
    appendFileSync(path, 'x')
  })
  return {
    get times() {
      return times
    },
    [Symbol.dispose]: () => {
      watchDisk(undefined)
    },
  }
}

test.each([1, 9])("%d files of server 2's that are written for ever stop no hour, and are told", async (count) => {
  await using world = await hourWorld()
  await bothServers(world)
  const numbers = Array.from({ length: count }, (_, index) => index)
  for (const number of numbers) await world.byHand(2, HOUR + 5 * MINUTE_MS, `${at(5).toString()}\n`, number)
  const paths = numbers.map((number) =>
    join(world.spools[2], hourDir, minuteFileName({ minute: HOUR + 5 * MINUTE_MS, number })),
  )
  world.clock.advance(4 * HOUR_MS)
  using written = writtenForEver(paths)
  const done = await world.run()
  expect(written.times).toBeGreaterThan(0)
  expect(done.failed).toEqual([])
  expect(done.archived).toContainEqual(expect.objectContaining({ hour: '2026-11-21_13', revision: 1 }))
  expect((await world.archived()).map(([tweet]) => tweet)).toEqual(expect.arrayContaining([id(1), id(2)]))
  expect(done.passed_over.length).toBeGreaterThan(0)
  expect(paths).toEqual(expect.arrayContaining(done.passed_over.map(({ entry }) => entry)))
  expect(hoursExitCode(done)).toBe(3)
})

test('a minute of more rubbish than can be kept is passed over and left where it lies; what rubbish there may be is archived', async () => {
  await using world = await hourWorld()
  await bothServers(world)
  const rubbish = { minute: HOUR + 5 * MINUTE_MS, number: 0 }
  await world.byHand(2, rubbish.minute, '\n'.repeat(600_000))
  await world.byHand(2, HOUR + 6 * MINUTE_MS, '\n'.repeat(1000))
  world.clock.advance(4 * HOUR_MS)
  const done = await world.run()
  expect(done).toMatchObject({ failed: [] })
  expect(done.archived).toContainEqual(expect.objectContaining({ hour: '2026-11-21_13', revision: 1, tweets: 3 }))
  expect(done.passed_over).toMatchObject([{ entry: join(world.spools[2], hourDir, minuteFileName(rubbish)) }])
  expect(done.passed_over[0]?.reason).toContain('too many lines that are no tweets')
  expect((await world.book()).servers[2]).toMatchObject({ rejected: 1000, distinct: 2 })
  expect((await readdir(join(world.spools[2], hourDir))).filter((name) => name.endsWith('.jsonl'))).toEqual([
    minuteFileName(rubbish),
  ])
})

test('of many large lines of rubbish the first are archived with their beginnings, of the others a little', async () => {
  await using world = await hourWorld()
  await bothServers(world)
  const lines = Buffer.concat(Array.from({ length: 20 }, () => Buffer.from(`${'\0'.repeat(1 << 20)}\n`)))
  await world.byHand(2, HOUR + 5 * MINUTE_MS, lines.toString())
  expect(await world.run()).toMatchObject({ archived: [{ tweets: 3 }], failed: [], passed_over: [] })
  const kept = world
    .text('rejected.jsonl.xz')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { line: string; reason: string })
  expect(kept).toHaveLength(20)
  expect(kept[0]?.line).toHaveLength(1 << 20)
  expect(kept.at(-1)?.line).toHaveLength(100)
  expect(kept.at(-1)?.reason).toContain(`(${1 << 20} bytes, cut)`)
})

test("a file named like a day, and one named like a journal's folder, stop nothing of server 1 either", async () => {
  await using world = await hourWorld({ redundant: false })
  await world.byHand(1, HOUR, `${at(0).toString()}\n`)
  await writeFile(join(world.spools[1], '2026-11-20'), 'x')
  await writeFile(join(world.spools[1], 'journal'), 'x')
  await pipe(join(world.spools[1], hourDir, NAME))
  const done = await world.run()
  expect(done).toMatchObject({ archived: [{ tweets: 1 }], failed: [] })
  expect(done.passed_over.map(({ entry }) => entry).sort()).toEqual(
    ['2026-11-20', `${hourDir}/${NAME}`, 'journal'].map((name) => join(world.spools[1], name)),
  )
})

test('a batch that is sealed up to a time that has not come is not believed', async () => {
  await using world = await hourWorld()
  await bothServers(world)
  const path = join(world.spools[2], hourDir, 'batch.json')
  await writeFile(path, (await readFile(path, 'utf8')).replace('2026-11-21T14:08', '2100-01-01T14:08'))
  expect((await world.run()).waiting).toHaveLength(1)
  world.clock.advance(3 * HOUR_MS)
  expect((await world.run()).archived).toContainEqual(
    expect.objectContaining({
      hour: '2026-11-21_13',
      revision: 1,
      tweets: 3,
      missing_servers: [2],
    }),
  )
})
