import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeState } from '../../../src/durable/state-file.js'
import { hourContext } from '../../../src/hour/hour-context.js'
import { processHours } from '../../../src/hour/process-hours.js'
import { appendToJournal, type NewEvent } from '../../../src/spool/journal.js'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/utc.js'
import { bookPath } from '../../../src/vault/book.js'
import { HOUR, hourWorld } from '../../support/hour-world.js'
import { payload } from '../../support/tweets.js'

type World = Awaited<ReturnType<typeof hourWorld>>

const minute = (count: number) => HOUR + count * MINUTE_MS
const iso = (count: number) => new Date(minute(count)).toISOString()

async function journal(world: World, server: 1 | 2, ...events: [minute: number, event: NewEvent][]): Promise<void> {
  for (const [count, event] of events) await appendToJournal(world.spools[server], minute(count), event)
}

const connected: NewEvent = { event: 'connected', backfill_minutes: 0 }
const refused: NewEvent = { event: 'refused', reason: 'x', wait_ms: 1 }

test('an archived hour tells its state, the seconds that each server and either heard, and the gaps', async () => {
  await using world = await hourWorld()
  await journal(world, 1, [-5, connected], [62, refused])
  await journal(
    world,
    2,
    [-5, connected],
    [10, { event: 'disconnected', reason: 'cut off', covered_until: iso(10) }],
    [15, connected],
    [62, refused],
  )
  await world.collected(1, [payload(minute(1))])
  await world.collected(2, [payload(minute(1))])
  await world.batchOf()
  await world.run()
  expect(await world.book()).toMatchObject({
    state: 'complete',
    listening: {
      seconds_heard: { 1: 3600, 2: 3300, either: 3600 },
      gaps: [{ from: iso(10), to: iso(15), server: 2, reason: 'disconnected', detail: 'cut off' }],
      settled: true,
    },
  })
})

test('an hour heard for seven minutes is partial, and hours that nobody listened to are not collected', async () => {
  await using world = await hourWorld({ redundant: false })
  await journal(world, 1, [-5, connected], [7, { event: 'stopped' }])
  await world.collected(1, [payload(minute(1))])
  world.clock.advance(2 * HOUR_MS)
  const done = await world.run()
  expect(done.archived.map(({ hour, state }) => [hour, state])).toEqual([
    ['2026-11-21_12', 'partial'],
    ['2026-11-21_13', 'partial'],
    ['2026-11-21_14', 'not collected'],
    ['2026-11-21_15', 'not collected'],
  ])
  expect((await world.book()).listening?.seconds_heard.either).toBe(413)
  expect((await world.book(HOUR + HOUR_MS)).listening?.gaps).toEqual([
    { from: iso(60), to: iso(120), server: 1, reason: 'stopped' },
  ])
})

test("a late journal of server 2 renews the book, with a line that says so; the archive's bytes and the revision stay", async () => {
  await using world = await hourWorld()
  await journal(world, 1, [-5, connected], [10, { event: 'disconnected', reason: 'cut', covered_until: iso(10) }])
  await journal(world, 1, [20, connected], [62, refused])
  await world.collected(1, [payload(minute(1))])
  await world.collected(2, [payload(minute(15))])
  await world.batchOf()
  const late = await readdir(join(world.spools[2], 'journal'))
  for (const name of late) await rm(join(world.spools[2], 'journal', name))
  await world.run()
  const before = await world.book()
  expect(before).toMatchObject({ state: 'partial', listening: { seconds_heard: { 2: null, either: 3000 } } })
  expect((await world.run()).renewed).toEqual([])
  const bytes = await world.archiveBytes()
  await journal(world, 2, [-5, connected], [62, refused])
  expect((await world.run()).renewed).toEqual(['2026-11-21_13'])
  const after = await world.book()
  expect(after).toMatchObject({
    ...{ state: 'complete', revision: 1, archive: before.archive },
    listening: { seconds_heard: { 1: 3000, 2: 3600, either: 3600 }, settled: true },
  })
  expect(after.revisions.at(-1)?.change).toBe(
    'journals tell more: complete, heard 3000 s by server 1, 3600 s by server 2 ' +
      '(was partial, heard 3000 s by server 1, server 2 not known)',
  )
  expect(await world.archiveBytes()).toEqual(bytes)
  expect((await world.run()).renewed).toEqual([])
})

test('what a book knows survives its journals, also when a late file opens the hour again', async () => {
  await using world = await hourWorld({ redundant: false })
  await journal(world, 1, [-5, connected], [30, { event: 'stopped' }], [62, refused])
  await world.collected(1, [payload(minute(1))])
  await world.run()
  const { listening } = await world.book()
  await rm(join(world.spools[1], 'journal'), { recursive: true })
  await world.byHand(1, minute(2), `${payload(minute(2)).toString()}\n`)
  await world.run()
  expect(await world.book()).toMatchObject({
    ...{ revision: 2, archived: 2, state: 'partial' },
    listening: { seconds_heard: listening?.seconds_heard, gaps: listening?.gaps },
  })
})

test('a book of an earlier version is not known to be complete, and is left as it is', async () => {
  await using world = await hourWorld({ redundant: false })
  await journal(world, 1, [-5, connected], [66, refused])
  await world.collected(1, [payload(minute(1))])
  await world.run()
  const { state: _, listening: __, ...old } = await world.book()
  await writeState(bookPath(world.vault, HOUR), old)
  const text = await readFile(bookPath(world.vault, HOUR), 'utf8')
  expect((await world.run()).renewed).toEqual([])
  expect(await readFile(bookPath(world.vault, HOUR), 'utf8')).toBe(text)
})

test('a journal that cannot be read leaves the hour archived, and what it would tell unknown', async () => {
  await using world = await hourWorld()
  await journal(world, 1, [-5, connected], [62, refused])
  await world.collected(1, [payload(minute(1))])
  await world.collected(2, [payload(minute(1))])
  await world.batchOf()
  const spool2 = join(world.spools[2], 'journal')
  await rm(spool2, { recursive: true })
  await mkdir(join(spool2, '2026-11-21.jsonl'), { recursive: true })
  const done = await processHours(world.context)
  expect(done.failed).toEqual([])
  expect(await world.book()).toMatchObject({ state: 'complete', listening: { seconds_heard: { 2: null } } })
})

test('a journal that was missing for a day in the middle renews its hours, though a whole later day is settled', async () => {
  await using world = await hourWorld({ redundant: false })
  await journal(world, 1, [-5, connected], [62, refused])
  await world.collected(1, [payload(minute(1))])
  const path = join(world.spools[1], 'journal', '2026-11-21.jsonl')
  const events = await readFile(path)
  await rm(path)
  const day = 24 * 60
  await journal(world, 1, [day - 5, connected], [2 * day + 62, refused])
  world.clock.advance(2 * DAY_MS)
  await world.run()
  expect(await world.book()).toMatchObject({ state: 'unknown', listening: { seconds_heard: { 1: null } } })
  for (let hour = 0; hour < 25; hour += 1)
    expect((await world.book(HOUR + DAY_MS + hour * HOUR_MS)).listening?.settled).toBe(true)
  await writeFile(path, events)
  expect((await world.run()).renewed).toContain('2026-11-21_13')
  expect(await world.book()).toMatchObject({ state: 'complete', listening: { seconds_heard: { 1: 3600 } } })
  expect((await world.run()).renewed).toEqual([])
})

test('where no journal has grown no book is read again; a lost memory has all read once more', async () => {
  await using world = await hourWorld({ redundant: false })
  await journal(world, 1, [-5, connected], [62, refused])
  await world.collected(1, [payload(minute(1))])
  await world.run()
  await writeState(bookPath(world.vault, HOUR), { ...(await world.book()), state: 'unknown' })
  expect((await world.run()).renewed).toEqual([])
  await rm(join(world.settings.server.stateFolder, 'journals-seen.json'))
  expect((await world.run()).renewed).toEqual(['2026-11-21_13'])
})

test('an hour of two servers stays as it is once there is only one', async () => {
  await using world = await hourWorld()
  await journal(world, 1, [-5, connected], [10, { event: 'disconnected', reason: 'cut', covered_until: iso(10) }])
  await journal(world, 1, [20, connected], [62, refused])
  await journal(world, 2, [-5, connected], [62, refused])
  await world.collected(1, [payload(minute(1))])
  await world.collected(2, [payload(minute(15))])
  await world.batchOf()
  await world.run()
  const before = await world.book()
  expect(before.state).toBe('complete')
  await journal(world, 1, [70, refused])
  const { server, spool } = world.settings
  const alone = {
    ...world.settings,
    server: { ...server, redundant: false },
    spool: { ...spool, server2Folder: undefined },
  }
  const { version, clock, log, signal } = world.context
  const { renewed } = await processHours(hourContext(alone, { version, clock, log, signal }))
  expect(renewed).not.toContain('2026-11-21_13')
  expect(await world.book()).toEqual(before)
})

test('a book that cannot be renewed is tried again by the next run', async () => {
  await using world = await hourWorld({ redundant: false })
  await journal(world, 1, [-5, connected])
  await world.collected(1, [payload(minute(1))])
  await world.run()
  const part = `${bookPath(world.vault, HOUR)}.part`
  await writeState(bookPath(world.vault, HOUR), { ...(await world.book()), state: 'unknown' })
  await journal(world, 1, [70, refused])
  // Nothing can be written where a folder lies.
  await mkdir(join(part, 'in the way'), { recursive: true })
  expect((await world.run()).renewed).toEqual([])
  await rm(part, { recursive: true })
  expect((await world.run()).renewed).toEqual(['2026-11-21_13'])
})
