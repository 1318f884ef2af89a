import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hoursExitCode, processHours } from '../../src/hour/process-hours.js'
import { whatIsDue } from '../../src/hour/what-is-due.js'
import { readReceipt } from '../../src/spool/receipt.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { bookPath } from '../../src/vault/book.js'
import { HOUR } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'
import { archivedHour, mendWorld } from '../verify/mend-world.js'

const BOOK = '2026-11-21_13_hour.json'
const KEPT = 'damaged_2026-11-21_13_revision-1'
const REBUILT = {
  revision: 2,
  archived: 12,
  missing_servers: [],
  revisions: [{ revision: 2, change: expect.stringContaining('book made anew (it was ') as string }],
}

type World = Awaited<ReturnType<typeof archivedHour>>

const ways: [string, (path: string) => Promise<void>][] = [
  ['gone', (path) => rm(path)],
  ['damaged', (path) => truncate(path, 500)],
]

/** All that must be the same whatever becomes of the book. */
async function archiveOf(world: World) {
  const { servers, archived, both, only_1, only_2, users, archive, inputs } = await world.book()
  const files = inputs.map(({ revision: _, ...input }) => input).sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1))
  return { servers, archived, both, only_1, only_2, users, archive, files, bytes: await world.archiveBytes() }
}

test.each(ways)('a book that is %s is made anew from the archive, the journals and the receipt', async (_, damage) => {
  await using world = await archivedHour()
  const before = await archiveOf(world)
  await damage(bookPath(world.vault, HOUR))
  const { mended, findings } = await world.verify({ mends: true })
  expect(mended).toEqual([
    expect.stringMatching(
      /^2026-11-21_13: revision 2: book made anew \(it was (gone|damaged); all that lay there is kept in damaged_2026-11-21_13_revision-1\): 12 tweets in the archive, 19 minute files on record; not known: earlier revisions$/,
    ),
  ])
  expect(findings.filter(({ text }) => text.startsWith('not mended'))).toEqual([])
  expect(await world.book()).toMatchObject(REBUILT)
  expect(await archiveOf(world)).toEqual(before)
  expect((await readReceipt(world.spools[2], HOUR))?.revision).toBe(2)
  expect(hoursExitCode(await world.run())).not.toBe(1)
  expect(await world.sync()).toMatchObject({ sent: { files: 0 } })
  const again = await world.verify()
  expect(again.findings.filter(({ place }) => place.includes('_13'))).toEqual([])
})

test('an hour whose book is gone is not archived as new: it stops, its files stay, the other hours go on', async () => {
  await using world = await archivedHour()
  const before = await world.archiveBytes()
  await rm(bookPath(world.vault, HOUR))
  await world.byHand(1, HOUR, `${payload(HOUR, { sequence: 3 }).toString()}\n`, 7)
  await writeFile(world.archivePath('tweets.csv.xz.part'), 'begun')
  await world.collected(1, [payload(HOUR + 3 * HOUR_MS)], HOUR + 3 * HOUR_MS)
  world.clock.advance(5 * HOUR_MS)
  const done = await world.run()
  expect(done.failed).toEqual([
    {
      hour: '2026-11-21_13',
      reason: expect.stringMatching(
        /_13_hour\.json is gone, but .*_13_tweets\.csv\.xz.* are there: .*verify --mend/,
      ) as string,
    },
  ])
  expect(done.archived.map(({ hour }) => hour)).toContain('2026-11-21_16')
  expect(await world.archiveBytes()).toEqual(before)
  expect(await readFile(world.archivePath('tweets.csv.xz.part'), 'utf8')).toBe('begun')
  expect((await readdir(join(world.spools[1], '2026-11-21/13'))).length).toBe(1)
  const due = await whatIsDue(world.context, (hour) => hour === HOUR)
  expect(due).toMatchObject([{ state: 'damaged', reason: expect.stringContaining('verify --mend') as string }])

  await world.verify({ mends: true })
  expect((await world.run()).archived).toMatchObject([{ hour: '2026-11-21_13', revision: 3, tweets: 13 }])
})

test('a damaged book says what to do, and a second loss is mended like the first', async () => {
  await using world = await archivedHour()
  await truncate(bookPath(world.vault, HOUR), 10)
  const path = join(world.spools[1], '2026-11-21/13')
  await world.byHand(1, HOUR, `${payload(HOUR, { sequence: 3 }).toString()}\n`, 7)
  expect((await world.run()).failed[0]?.reason).toMatch(/damaged \(no valid JSON\): .*run collector verify --mend/)
  expect(await readdir(path)).toHaveLength(1)
  await world.verify({ mends: true })
  await rm(bookPath(world.vault, HOUR))
  await world.verify({ mends: true })
  expect(await world.book()).toMatchObject({ revision: 3, archived: 12 })
  expect(await readdir(join(world.vault, '2026-11-21'))).toEqual(
    expect.arrayContaining([KEPT, 'damaged_2026-11-21_13_revision-2']),
  )
  expect(await readFile(join(world.vault, '2026-11-21', KEPT, BOOK), 'utf8')).toHaveLength(10)
})

test.each([
  ['damaged', (world: World) => world.flip('tweets.csv.xz'), /tweets\.csv\.xz cannot be read/],
  ['gone', (world: World) => rm(world.archivePath('tweets.csv.xz')), /tweets\.csv\.xz is missing/],
  [
    'another, shorter one',
    async (world: World) => writeFile(world.archivePath('tweets.csv.xz'), await world.tweetsWithoutLast()),
    /tweets\.csv\.xz lacks 1 tweets that .*IDs\.txt\.xz names/,
  ],
] as const)(
  'where the book is gone and tweets.csv.xz is %s the hour is left as it is, and told',
  async (_, damage, why) => {
    await using world = await archivedHour()
    await world.collected(1, [payload(HOUR + 4 * HOUR_MS)], HOUR + 4 * HOUR_MS)
    world.clock.advance(6 * HOUR_MS)
    await world.run()
    const later = bookPath(world.vault, HOUR + 4 * HOUR_MS)
    await rm(bookPath(world.vault, HOUR))
    await damage(world)
    await rm(later)
    const names = await readdir(join(world.vault, '2026-11-21'))
    const { mended, findings } = await world.verify({ mends: true })
    const [told] = findings.filter(({ text }) => text.startsWith('not mended: '))
    expect(told).toMatchObject({ place: '2026-11-21_13', text: expect.stringMatching(why) as string })
    expect(told?.text).toMatch(/restore the one or the other from a copy .*where there is none, move its files/)
    expect(mended).toEqual([expect.stringMatching(/^2026-11-21_17: revision \d: book made anew/)])
    const added = (await readdir(join(world.vault, '2026-11-21'))).filter((name) => !names.includes(name))
    expect(added).toEqual(expect.not.arrayContaining([expect.stringContaining('_13_')]))
    expect((await world.run()).failed).toMatchObject([{ hour: '2026-11-21_13' }])
  },
)

test('an hour that lost all but its minute files in the journals is archived from what server 2 still keeps', async () => {
  await using world = await archivedHour()
  const day = join(world.vault, '2026-11-21')
  for (const name of await readdir(day)) if (name.includes('_13_')) await rm(join(day, name))
  await world.run()
  await world.sync()
  await world.run()
  expect((await world.archived()).length).toBe(10)
  expect((await world.book()).lost).toHaveLength(9)
  expect((await world.verify()).findings).toContainEqual({
    place: `2026-11-21/${BOOK}`,
    text: expect.stringMatching(/^9 minute files are lost .*: read 2026-11-21_13_lost\.txt, then remove it$/) as string,
  })
})

test('what no journal and no receipt tells stands in the revision line, and the counts balance all the same', async () => {
  await using world = await archivedHour()
  await rm(bookPath(world.vault, HOUR))
  await rm(join(world.spools[1], 'journal'), { recursive: true })
  await rm(join(world.spools[2], 'receipts'), { recursive: true })
  await world.flip('rejected.jsonl.xz')
  const { mended } = await world.verify({ mends: true })
  expect(mended[0]).toMatch(
    /0 minute files on record; not known: earlier revisions, how many lines server 1 had, how many lines server 2 had, what 2026-11-21_13_rejected\.jsonl\.xz held$/,
  )
  expect(await world.book()).toMatchObject({ archived: 12, inputs: [], missing_servers: [2] })
  expect(await world.sync()).toMatchObject({ sent: { files: 10 } })
  expect((await world.run()).failed).toEqual([])
  expect(await world.book()).toMatchObject({ archived: 12, revision: 3, missing_servers: [] })
  expect((await world.verify()).findings.filter(({ place }) => place.includes('_13'))).toEqual([])
})

test('kept lines and a notice of lost files outlast the loss of the book', async () => {
  await using world = await mendWorld()
  const keepRaw = { ...world.context, vault: { ...world.context.vault, keepRaw: true } }
  await world.collected(1, [payload(HOUR), payload(HOUR + MINUTE_MS)])
  await rm(join(world.spools[1], '2026-11-21/13/sampled_stream_2026-11-21_13-01.jsonl'))
  world.clock.advance(3 * HOUR_MS)
  await processHours(keepRaw)
  const before = await world.book()
  expect(before.lost).toHaveLength(1)
  await rm(bookPath(world.vault, HOUR))
  await world.verify({ mends: true })
  const after = await world.book()
  expect(after.archive).toEqual(before.archive)
  expect(after.lost).toEqual(before.lost?.map((file) => ({ ...file, revision: 2 })))
  expect(after.inputs).toHaveLength(1)
})
