import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { beginningFor } from '../../src/hour/beginning.js'
import { hoursToLookAt } from '../../src/hour/hours-to-look-at.js'
import { reportOfDay } from '../../src/report/report-of-day.js'
import { appendToJournal } from '../../src/spool/journal.js'
import { hourFolder, minuteFileName } from '../../src/spool/minute-name.js'
import { DAY_MS, dayOf, HOUR_MS, hourName } from '../../src/utc.js'
import { bookPath } from '../../src/vault/book.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'

const WEEK_BEFORE = HOUR - 7 * DAY_MS

type World = Awaited<ReturnType<typeof hourWorld>>

/** A minute file of one tweet, put there by hand. */
async function oldFile(world: World, server: 1 | 2, hour: number): Promise<void> {
  const folder = join(world.spools[server], hourFolder(hour))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, minuteFileName({ minute: hour, number: 0 })), `${payload(hour).toString()}\n`)
}

const started = (world: World, atMs: number) =>
  appendToJournal(world.spools[1], atMs, { event: 'started', version: '0.0.0', server: 1 })

const due = async (world: World) => (await hoursToLookAt(world.context)).map(hourName)

test('a file of a week ago, by hand or of server 2, makes its own hour due and no other, also once it is archived', async () => {
  await using world = await hourWorld()
  await started(world, HOUR + 1000)
  await oldFile(world, 1, WEEK_BEFORE)
  await oldFile(world, 2, WEEK_BEFORE + HOUR_MS)
  const old = [hourName(WEEK_BEFORE), hourName(WEEK_BEFORE + HOUR_MS)]
  expect(await due(world)).toEqual([...old, '2026-11-21_13'])
  world.clock.advance(3 * HOUR_MS)
  const done = await world.run()
  expect(done).toMatchObject({ failed: [], passed_over: [] })
  expect(done.archived.filter(({ tweets }) => tweets > 0).map(({ hour }) => hour)).toEqual(old)
  expect(done.archived.length).toBeLessThan(6)
  expect((await world.run()).archived).toEqual([])
})

test('the report misses no hour before the first start, however old what was archived by hand is', async () => {
  await using world = await hourWorld({ redundant: false })
  await started(world, HOUR + 1000)
  await oldFile(world, 1, WEEK_BEFORE)
  await world.run()
  await rm(bookPath(world.vault, HOUR))
  world.clock.advance(DAY_MS)
  const beginning = await beginningFor(world.settings, world.clock.now())
  expect(hourName(beginning)).toBe('2026-11-21_13')
  const { mail } = await reportOfDay(dayOf(HOUR), world.vault, { ...world, beginning })
  expect(mail.text).toContain('Not archived: 13-23.')
})

test('every hour since the first start has its turn, also when the journals of then are gone', async () => {
  await using world = await hourWorld({ redundant: false })
  await world.collected(1, [payload(HOUR)])
  await started(world, HOUR)
  await world.run()
  world.clock.advance(5 * HOUR_MS)
  await rm(join(world.spools[1], 'journal'), { recursive: true })
  await started(world, HOUR + 5 * HOUR_MS)
  expect(await due(world)).toEqual([
    '2026-11-21_14',
    '2026-11-21_15',
    '2026-11-21_16',
    '2026-11-21_17',
    '2026-11-21_18',
  ])
})

test('hours of server 2 that no tweet of today can be of are passed over and told', async () => {
  await using world = await hourWorld()
  await started(world, HOUR + 1000)
  await oldFile(world, 2, Date.parse('2012-05-01T10:00:00Z'))
  await oldFile(world, 2, Date.parse('2100-01-01T10:00:00Z'))
  world.context.passedOver.clear()
  expect(await due(world)).toEqual(['2026-11-21_13'])
  expect(world.context.passedOver.entries.map(({ reason }) => reason)).toEqual([
    'is older than what is taken from server 2',
    'is of a time that has not come',
  ])
})

test('a first start in 2012, or of a clock in the future, makes no more hours due than records are kept for', async () => {
  await using world = await hourWorld({ redundant: false })
  await started(world, Date.parse('2012-05-01T10:00:00Z'))
  expect((await due(world)).length).toBeLessThan(401 * 24)
  await using other = await hourWorld({ redundant: false })
  await started(other, Date.parse('2100-01-01T10:00:00Z'))
  expect(await due(other)).toEqual([])
})
