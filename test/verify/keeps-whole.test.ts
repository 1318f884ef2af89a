import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { takeLock } from '../../src/durable/lock.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { HOUR } from '../support/hour-world.js'
import { archivedHour } from './mend-world.js'
import { copyOf, verifyAll, verifyWorld } from './verify-world.js'

const DAY = '2026-11-21'
const withoutNotice = ({ findings }: Awaited<ReturnType<typeof verifyAll>>) =>
  findings.filter(
    ({ place, text }) =>
      place.includes('_13') &&
      !text.includes('minute files are lost') &&
      !text.startsWith('missing: the next process-hour'),
  )

test('IDs and users of an hour whose tweets were cut off stay as they are, and go on doing so when late lines come', async () => {
  await using world = await archivedHour()
  const ids = await readFile(world.archivePath('IDs.txt.xz'))
  const [allIds, users] = [world.text('IDs.txt.xz'), world.text('users.csv.xz')]
  await truncate(world.archivePath('tweets.csv.xz'), 30)
  const { mended } = await world.verify({ mends: true })
  expect(mended).toEqual([expect.stringContaining('0 of 12 tweets could be read (all 12 IDs are kept)')])
  expect(await readFile(world.archivePath('IDs.txt.xz'))).toEqual(ids)
  expect(world.text('users.csv.xz')).toBe(users)
  expect(withoutNotice(await world.verify())).toEqual([])

  await world.sync()
  expect((await world.run()).archived).toMatchObject([{ tweets: 10 }])
  expect([world.text('IDs.txt.xz'), world.text('users.csv.xz')]).toEqual([allIds, users])
  expect(withoutNotice(await world.verify())).toEqual([])

  for (let minute = 0; minute < 9; minute++) await world.byHand(1, HOUR + minute * MINUTE_MS, world.minuteFile(minute))
  await world.run()
  expect(await world.book()).toMatchObject({ archived: 12 })
  expect([world.text('IDs.txt.xz'), world.text('users.csv.xz')]).toEqual([allIds, users])
  expect(await readFile(world.archivePath('IDs.txt.xz'))).toEqual(ids)
})

test('what is whole stays byte for byte, whatever else of its hour is written anew', async () => {
  await using world = await verifyWorld({ hours: 1 })
  const kinds = ['IDs', 'tweets', 'users', 'rejected'] as const
  for (const damaged of kinds) {
    const copy = await copyOf(world, damaged)
    // Valid, and other bytes than this program would write: an older version's.
    for (const kind of kinds) await copy.content(kind, (text) => text)
    const before = new Map(
      await Promise.all(kinds.map(async (kind) => [kind, await readFile(copy.path(kind))] as const)),
    )
    await truncate(copy.path(damaged), 40)
    expect((await verifyAll(copy, { mends: true })).mended).toHaveLength(1)
    for (const kind of kinds)
      if (kind !== damaged)
        expect(await readFile(copy.path(kind)), `${kind} beside ${damaged}`).toEqual(before.get(kind))
    expect(withoutNotice(await verifyAll(copy))).toEqual([])
  }
})

test('a folder in a receipt’s place is told, and keeps no hour from being mended: server 2 reads no receipt there either', async () => {
  await using world = await verifyWorld({ hours: 3 })
  const copy = await copyOf(world, 'refused')
  for (const hour of [HOUR, HOUR + HOUR_MS]) await truncate(copy.path('tweets', hour), 30)
  const receipt = join(copy.spool2, 'receipts', `${DAY}_13.json`)
  await rm(receipt)
  await mkdir(join(receipt, 'in the way'), { recursive: true })
  const { findings, mended } = await verifyAll(copy, { mends: true })
  expect(findings).toContainEqual({
    place: receipt,
    text: expect.stringContaining('is a folder, where a file belongs') as string,
  })
  expect([...new Set(mended.map((line) => line.slice(0, 13)))]).toEqual([`${DAY}_13`, `${DAY}_14`])
})

test('a file that cannot be read may be whole: it is told, and its hour is left as it is', async () => {
  await using world = await verifyWorld({ hours: 2 })
  const copy = await copyOf(world, 'unreadable')
  await rm(copy.path('tweets'))
  await mkdir(copy.path('tweets'))
  await truncate(copy.path('IDs'), 20)
  const before = await readdir(join(copy.vault, DAY))
  const { findings, mended } = await verifyAll(copy, { mends: true })
  expect(mended).toEqual([])
  expect(findings).toContainEqual({
    place: `${DAY}_13`,
    text: expect.stringMatching(
      /^not mended: .*_13_tweets\.csv\.xz cannot be read .* whether it is damaged is not known/,
    ) as string,
  })
  expect(await readdir(join(copy.vault, DAY))).toEqual(before)
})

test('a day’s folder that cannot be read is found, and the other days are looked at', async () => {
  await using world = await verifyWorld({ hours: 1 })
  const copy = await copyOf(world, 'no-folder')
  await writeFile(join(copy.vault, '2026-11-20'), 'a file in the place of a folder')
  const { findings, read } = await verifyAll(copy)
  expect(findings).toEqual([
    { place: '2026-11-20', text: expect.stringMatching(/^cannot be read \(ENOTDIR/) as string },
  ])
  expect(read).toBe(1)
})

test('what process-hour is writing is no finding: it is looked at again once process-hour is at its end', async () => {
  await using world = await verifyWorld({ hours: 1 })
  const copy = await copyOf(world, 'beside')
  const report = join(copy.vault, DAY, `${DAY}_report.txt`)
  const after = await readFile(report)
  await writeFile(report, 'as it was before this hour')
  const lock = await takeLock(copy.vault, 'process-hour', world.clock)
  const verified = verifyAll(copy)
  while (world.clock.sleeping === 0) await setImmediate()
  await writeFile(report, after)
  await lock?.[Symbol.asyncDispose]()
  world.clock.advance(MINUTE_MS)
  expect(await verified).toMatchObject({ findings: [] })
})

test('what is found once process-hour is at its end counts', async () => {
  await using world = await verifyWorld({ hours: 1 })
  const copy = await copyOf(world, 'behind')
  await writeFile(join(copy.vault, DAY, `${DAY}_report.txt`), 'wrong')
  expect((await verifyAll(copy)).findings).toEqual([
    { place: `${DAY}/${DAY}_report.txt`, text: expect.stringContaining('not what the books of the day say') as string },
  ])
})
