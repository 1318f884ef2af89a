import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { hoursExitCode } from '../../src/hour/process-hours.js'
import { mailDayReport } from '../../src/report/mail-day-report.js'
import { takeLock } from '../../src/durable/lock.js'
import { ExitCode } from '../../src/operator-error.js'
import { readReceipt } from '../../src/spool/receipt.js'
import { DAY_MS, MINUTE_MS } from '../../src/utc.js'
import { HOUR } from '../support/hour-world.js'
import { archivedHour } from '../verify/mend-world.js'

const NOTICE = '2026-11-21/2026-11-21_13_lost.txt'
const KEPT = 'damaged_2026-11-21_13_revision-1'

test.each([
  ['sync comes first', false],
  ['process-hour comes first', true],
])('a damaged hour is mended by what server 2 still keeps, where %s', async (_, processHourFirst) => {
  await using world = await archivedHour()
  const before = await world.archived()
  await world.flip('tweets.csv.xz')
  const found = await world.verify()
  expect(found.findings.filter(({ text }) => text.startsWith('damaged'))).toHaveLength(1)
  expect(found.mended).toEqual([])
  const damaged = await readFile(world.archivePath('tweets.csv.xz'))

  const { mended } = await world.verify({ mends: true })
  expect(mended).toEqual([
    `2026-11-21_13: revision 2: mended (2026-11-21_13_tweets.csv.xz damaged, kept in ${KEPT}): ` +
      '0 of 12 tweets could be read (all 12 IDs are kept), the lines of 19 minute files could not all be read; what server 2 still keeps is asked for again',
  ])
  expect(await world.book()).toMatchObject({ revision: 2, archived: 0, missing_servers: [2] })
  expect(await readReceipt(world.spools[2], HOUR)).toBeUndefined()

  if (processHourFirst) await world.run()
  expect(await world.sync()).toMatchObject({ sent: { files: 10 } })
  expect((await world.run()).archived).toMatchObject([{ hour: '2026-11-21_13', tweets: 10, missing_servers: [] }])
  const after = new Map(await world.archived())
  expect(before.map(([id]) => id).filter((id) => !after.has(id))).toEqual(before.slice(0, 2).map(([id]) => id))
  expect((await readReceipt(world.spools[2], HOUR))?.files).toHaveLength(10)
  expect(await readFile(join(world.vault, '2026-11-21', KEPT, '2026-11-21_13_tweets.csv.xz'))).toEqual(damaged)

  const again = await world.verify()
  expect(again.findings.filter(({ place }) => place.includes('2026-11-21_13'))).toEqual([
    {
      place: '2026-11-21/2026-11-21_13_hour.json',
      text:
        '9 minute files are lost (sampled_stream_2026-11-21_13-00.jsonl of server 1: archive_damaged): ' +
        'read 2026-11-21_13_lost.txt, then remove it',
    },
  ])
  const notice = await readFile(join(world.vault, NOTICE), 'utf8')
  expect(notice.match(/ archive_damaged {2}server 1 /g)).toHaveLength(9)
  expect(notice).not.toContain('server 2  SHA-256')
  expect(notice).toContain('0 of 12 tweets could be read')
  await rm(join(world.vault, NOTICE))
  const seen = await world.verify()
  expect(seen.findings.filter(({ place }) => place.includes('2026-11-21_13'))).toEqual([])
  expect(seen.notes.map(({ place }) => place)).toEqual(['2026-11-21/2026-11-21_13_hour.json', `2026-11-21/${KEPT}`])
  world.clock.advance(8 * DAY_MS)
  expect(await world.sync()).toMatchObject({ removed: 10 })
})

test('what server 2 no longer keeps stands in the book, in a notice, in what verify finds and in the mail', async () => {
  await using world = await archivedHour({ keepDays: 0 })
  await world.flip('tweets.csv.xz')
  await world.verify({ mends: true })
  await world.sync()
  const done = await world.run()
  expect(done.lost).toEqual(['2026-11-21_13'])
  expect(hoursExitCode(done)).toBe(1)
  const { lost = [], archived } = await world.book()
  expect(archived).toBe(0)
  expect(lost.filter(({ server, reason }) => server === 2 && reason === 'archive_damaged')).toHaveLength(10)
  expect(lost).toHaveLength(19)
  expect((await readFile(join(world.vault, NOTICE), 'utf8')).match(/ server 2 {2}SHA/g)).toHaveLength(10)
  expect((await world.verify()).findings.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/^19 minute files are lost/),
  )
  const mail = async (day: string) =>
    (await mailDayReport({ ...world, password: undefined, day: Date.parse(day) }, new AbortController().signal)).text
  const unwrapped = async (day: string) => (await mail(day)).replaceAll('\n', ' ')
  expect(await unwrapped('2026-11-21')).toContain('Minute files lost in 13: 9 of server 1, 10 of server 2;')
  expect(await unwrapped('2026-11-25')).toContain('Minute files are lost of earlier hours, too: 2026-11-21_13.')
})

test('a minute file that is put back from a copy after its archive was damaged is taken in, and struck off', async () => {
  await using world = await archivedHour({ keepDays: 0 })
  await world.flip('tweets.csv.xz')
  await world.verify({ mends: true })
  await world.byHand(1, HOUR, world.minuteFile(0))
  await world.run()
  const { lost = [], archived } = await world.book()
  expect([lost.length, archived]).toEqual([18, 1])
  expect((await readFile(join(world.vault, NOTICE), 'utf8')).match(/ server [12] {2}SHA/g)).toHaveLength(18)
})

test('once every lost file has come again the notice goes by itself', async () => {
  await using world = await archivedHour()
  await world.flip('tweets.csv.xz')
  await world.verify({ mends: true })
  await world.sync()
  for (let minute = 0; minute < 9; minute++) await world.byHand(1, HOUR + minute * MINUTE_MS, world.minuteFile(minute))
  const done = await world.run()
  expect(done.lost).toEqual([])
  expect((await world.book()).lost).toBeUndefined()
  expect((await world.archived()).length).toBe(12)
  expect(await readdir(join(world.vault, '2026-11-21'))).not.toContain('2026-11-21_13_lost.txt')
})

test.each(['users.csv.xz', 'IDs.txt.xz'])(
  'a damaged %s is written anew from the tweets, byte for byte, and server 2 need send nothing',
  async (kind) => {
    await using world = await archivedHour()
    const before = await world.archiveBytes()
    const counts = await world.book()
    await world.flip(kind)
    const { mended } = await world.verify({ mends: true })
    expect(mended).toEqual([expect.stringContaining('nothing was lost')])
    expect(await world.archiveBytes()).toEqual(before)
    expect(await world.book()).toMatchObject({
      servers: counts.servers,
      archived: 12,
      inputs: counts.inputs,
      revision: 2,
    })
    await world.run()
    expect(await world.sync()).toMatchObject({ sent: { files: 0 } })
    expect((await readReceipt(world.spools[2], HOUR))?.revision).toBe(2)
  },
)

test('an hour whose rejected lines are lost gets those back that the collectors set aside', async () => {
  await using world = await archivedHour()
  const before = world.text('rejected.jsonl.xz')
  await rm(world.archivePath('rejected.jsonl.xz'))
  expect((await world.verify({ mends: true })).mended).toHaveLength(1)
  await world.sync()
  await world.run()
  expect(world.text('rejected.jsonl.xz')).toBe(before)
  expect((await world.archived()).length).toBe(12)
  expect((await world.verify()).findings.filter(({ place }) => place.includes('_13'))).toEqual([])
})

test('mending twice, and mending what is whole, does nothing', async () => {
  await using world = await archivedHour()
  await world.flip('users.csv.xz')
  await world.verify({ mends: true })
  expect((await world.verify({ mends: true })).mended).toEqual([])
  expect((await world.book()).revision).toBe(2)
})

test('while process-hour is at work mending waits; where that does not end nothing is mended, and the exit code is 75', async () => {
  await using world = await archivedHour()
  await world.flip('tweets.csv.xz')
  await using _lock = await takeLock(world.vault, 'process-hour', world.clock)
  const mending = world.verify({ mends: true })
  const isOver = mending.then(
    () => true,
    () => true,
  )
  while (!(await Promise.race([isOver, setImmediate(false)]))) if (world.clock.sleeping > 0) world.clock.advance(30_000)
  await expect(mending).rejects.toMatchObject({ exitCode: ExitCode.temporary })
  expect((await world.book()).revision).toBe(1)
  expect(await readdir(join(world.vault, '2026-11-21'))).not.toContain(KEPT)
})

test.each([
  ['is damaged', (path: string) => truncate(path, 20)],
  ['answers for what is not archived', (path: string) => edit(path, /"sha256": "\w{8}/, '"sha256": "00000000')],
  ['is of another revision', (path: string) => edit(path, /"revision": 1/, '"revision": 7')],
])('a receipt that %s is withdrawn, and process-hour writes it anew', async (_, damage) => {
  await using world = await archivedHour()
  const path = join(world.spools[2], 'receipts/2026-11-21_13.json')
  const before = await readFile(path, 'utf8')
  await damage(path)
  const { findings, mended } = await world.verify({ mends: true })
  expect(findings.filter((finding) => finding.place === path)).toHaveLength(1)
  expect(mended).toEqual([
    expect.stringMatching(/^2026-11-21_13: its receipt is withdrawn \(.*process-hour writes it anew$/),
  ])
  await world.run()
  expect(await readFile(path, 'utf8')).toBe(before)
  expect((await world.book()).revision).toBe(1)
})

async function edit(path: string, from: RegExp, to: string): Promise<void> {
  await writeFile(path, (await readFile(path, 'utf8')).replace(from, to))
}
