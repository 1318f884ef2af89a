import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takeLock } from '../../src/durable/lock.js'
import { ExitCode } from '../../src/operator-error.js'
import { readReceipt } from '../../src/spool/receipt.js'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { HOUR } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'
import { mendWorld } from './mend-world.js'

const tweet = (index: number) => payload(HOUR + index * MINUTE_MS, { sequence: index * 13 + 1, authorId: `5${index}` })
const tweets = Array.from({ length: 12 }, (_, index) => tweet(index))
const rubbish = Buffer.from('no json')
const KEPT = 'damaged_2026-11-21_13_revision-1'

/** An archived hour: server 1 alone has two of its tweets, server 2 alone three. */
async function archivedHour() {
  const world = await mendWorld()
  await world.collected(1, [...tweets.slice(0, 9), rubbish])
  await world.collectedBy2([...tweets.slice(2), rubbish])
  await world.sync()
  expect((await world.run()).archived).toMatchObject([{ tweets: 12, missing_servers: [] }])
  await world.sync()
  world.clock.advance(3 * HOUR_MS)
  await world.sync()
  await world.run()
  return world
}

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
      '0 of 12 tweets could be read; what server 2 still keeps is asked for again',
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
  expect(again.findings.filter(({ place }) => place.includes('2026-11-21_13'))).toEqual([])
  expect(again.notes.map(({ place }) => place)).toEqual([`2026-11-21/${KEPT}`])
  world.clock.advance(8 * DAY_MS)
  expect(await world.sync()).toMatchObject({ removed: 10 })
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

test('while process-hour is at work nothing is mended, and the exit code is 75', async () => {
  await using world = await archivedHour()
  await world.flip('tweets.csv.xz')
  await using _lock = await takeLock(world.vault, 'process-hour')
  await expect(world.verify({ mends: true })).rejects.toMatchObject({ exitCode: ExitCode.temporary })
  expect((await world.book()).revision).toBe(1)
  expect(await readdir(join(world.vault, '2026-11-21'))).not.toContain(KEPT)
})
