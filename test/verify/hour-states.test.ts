import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeDayReport } from '../../src/report/write-day-report.js'
import { appendToJournal, type NewEvent } from '../../src/spool/journal.js'
import { dayOf, HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { bookPath, readBook, type Book } from '../../src/vault/book.js'
import type { BookedListening, HourState } from '../../src/vault/listening.js'
import { verifyExitCode } from '../../src/verify/verified.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'
import { copyOf, verifyAll, type VerifyWorld } from './verify-world.js'

const minute = (count: number) => HOUR + count * MINUTE_MS
const iso = (count: number) => new Date(minute(count)).toISOString()
const connected: NewEvent = { event: 'connected', backfill_minutes: 0 }

/** 13 is complete though server 2 was cut off, 14 partial, 15 not collected, 16 empty. */
async function statesWorld(): Promise<VerifyWorld> {
  const world = await hourWorld()
  const journal = async (server: 1 | 2, ...events: [minute: number, event: NewEvent][]) => {
    for (const [count, event] of events) await appendToJournal(world.spools[server], minute(count), event)
  }
  const stopped: NewEvent = { event: 'stopped' }
  await journal(
    1,
    [-5, connected],
    [70, stopped],
    [180, connected],
    [242, { event: 'refused', reason: 'x', wait_ms: 1 }],
  )
  await journal(2, [-5, connected], [10, { event: 'disconnected', reason: 'cut', covered_until: iso(10) }])
  await journal(2, [15, connected], [80, stopped], [250, { event: 'started', version: '0', server: 2 }])
  for (const hour of [0, 1]) {
    await world.collected(1, [payload(minute(hour * 60 + 1))])
    await world.collected(2, [payload(minute(hour * 60 + 1))])
  }
  for (const hour of [-1, 0, 1, 2, 3]) await world.batchOf(HOUR + hour * HOUR_MS)
  world.clock.advance(3 * HOUR_MS)
  await world.run()
  await writeDayReport({ vaultFolder: world.vault, day: dayOf(HOUR), redundant: true }, world.log)
  return world
}

let world: VerifyWorld
beforeAll(async () => {
  world = await statesWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const places = (hour: number) => `2026-11-21/2026-11-21_${13 + hour}_hour.json`

test('hours of every kind are what their books say, and nothing is found', async () => {
  const states: (HourState | undefined)[] = []
  for (const hour of [0, 1, 2, 3]) states.push((await world.book(HOUR + hour * HOUR_MS)).state)
  expect(states).toEqual(['complete', 'partial', 'not collected', 'empty'])
  expect((await verifyAll(world)).findings).toEqual([])
})

const listening =
  (change: (listening: BookedListening) => BookedListening) =>
  (book: Book): Book =>
    book.listening ? { ...book, listening: change(book.listening) } : book
const state =
  (state: HourState) =>
  (book: Book): Book => ({ ...book, state })

const lies: [string, number, (book: Book) => Book, RegExp][] = [
  ['a complete hour is called partial', 0, state('partial'), /^its state is partial, but its figures say complete$/],
  ['a partial hour is called complete', 1, state('complete'), /^its state is complete, but its figures say partial$/],
  ['an hour with tweets is called not collected', 0, state('not collected'), /not collected, but .* complete$/],
  ['an hour that nobody heard is called empty', 2, state('empty'), /is empty, but its figures say not collected or/],
  ['an empty hour is called complete', 3, state('complete'), /is complete, but its figures say empty$/],
  ['an empty hour is called not collected', 3, state('not collected'), /not collected, but its figures say empty$/],
  [
    'more was heard by a server than its gaps leave',
    0,
    listening(({ seconds_heard, ...rest }) => ({ ...rest, seconds_heard: { ...seconds_heard, 2: 3600 } })),
    /^seconds heard by server 2: 3600, but its gaps leave 3300$/,
  ],
  [
    'what either heard is another sum',
    1,
    listening(({ seconds_heard, ...rest }) => ({ ...rest, seconds_heard: { ...seconds_heard, either: 3600 } })),
    /^seconds heard by either: 3600, but the gaps leave 1193$/,
  ],
  [
    'it is not known what a server heard whose gaps are known',
    0,
    listening(({ seconds_heard, ...rest }) => ({ ...rest, seconds_heard: { ...seconds_heard, 1: null } })),
    /^seconds heard by server 1: not known, but its gaps leave 3600$/,
  ],
  [
    'a gap is of another hour',
    0,
    listening(({ gaps, ...rest }) => ({ ...rest, gaps: gaps.map((gap) => ({ ...gap, to: iso(75) })) })),
    /^the gap of server 2 from .* is none of this hour, or not in order$/,
  ],
  [
    'a gap is there twice',
    0,
    listening(({ gaps, ...rest }) => ({ ...rest, gaps: [...gaps, ...gaps] })),
    /is none of this hour, or not in order$/,
  ],
  ['a gap is gone', 0, listening((old) => ({ ...old, gaps: [] })), /server 2: 3300, but its gaps leave 3600$/],
  [
    'there is a state, and no seconds',
    0,
    ({ listening: _, ...book }) => book,
    /^it has a state, but no seconds heard$/,
  ],
  ['there are seconds, and no state', 0, ({ state: _, ...book }) => book, /^it has seconds heard, but no state$/],
]

test.each(lies)(
  'it is found that %s, and --mend judges the hour anew by its journals',
  async (name, hour, lie, words) => {
    const at = HOUR + hour * HOUR_MS
    const before = await world.book(at)
    const copy = await copyOf(world, name.replaceAll(/\W/g, '-'))
    await copy.book(lie, at)
    const verified = await verifyAll(copy)
    expect(verified.findings).toContainEqual({ place: places(hour), text: expect.stringMatching(words) as string })
    expect(verifyExitCode(verified)).toBe(1)
    const { mended } = await verifyAll(copy, { mends: true })
    expect(mended).toEqual([expect.stringMatching(`^2026-11-21_${13 + hour}: judged anew: ${before.state ?? ''}, `)])
    const { revisions: _, ...book } = (await readBook(copy.vault, at)) as Book
    const { revisions: __, ...original } = before
    expect(book).toEqual(original)
    expect((await verifyAll(copy)).findings).toEqual([])
  },
)

test('where the journals are gone, an hour is judged by its own gaps, and by nothing where those are none of it', async () => {
  const copy = await copyOf(world, 'no-journals')
  const settings = {
    ...copy.settings,
    spool: { ...copy.settings.spool, folder: `${copy.root}/gone`, server2Folder: `${copy.root}/gone-too` },
  }
  await copy.book(state('empty'), HOUR + HOUR_MS)
  await copy.book(listening(({ gaps, ...rest }) => ({ ...rest, gaps: gaps.map((gap) => ({ ...gap, to: iso(75) })) })))
  await verifyAll({ ...copy, settings }, { mends: true })
  expect((await readBook(copy.vault, HOUR + HOUR_MS))?.state).toBe('partial')
  const blind = await readBook(copy.vault, HOUR)
  expect([blind?.state, blind?.listening?.seconds_heard]).toEqual(['unknown', { 1: null, 2: null, either: null }])
})

test('a book that is made anew after it was lost has the state that the journals tell', async () => {
  const copy = await copyOf(world, 'lost-book')
  const path = bookPath(copy.vault, HOUR)
  await writeFile(path, '{')
  await verifyAll(copy, { mends: true })
  const book = await readBook(copy.vault, HOUR)
  expect(book?.revisions.at(-1)?.change).toContain('book made anew')
  expect([book?.state, book?.listening]).toEqual(['complete', (await world.book()).listening])
})

test('a book of a version that told no state is sound', async () => {
  const copy = await copyOf(world, 'old-book')
  await copy.book(({ state: _, listening: __, ...book }) => book)
  expect((await verifyAll(copy)).findings).toEqual([])
})
