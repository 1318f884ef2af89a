import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hoursExitCode } from '../../../src/hour/process-hours.js'
import { without } from '../../../src/hour/listening/span.js'
import { HOUR_MS, MINUTE_MS } from '../../../src/utc.js'
import { HOUR, hourWorld } from '../../support/hour-world.js'
import { payload } from '../../support/tweets.js'

const iso = (ms: number) => new Date(ms).toISOString()

/** One line of a journal `count` times, between the start of a connection and its end. */
async function flooded(count: number, line: object) {
  const world = await hourWorld()
  await world.collected(1, [payload(HOUR)])
  await world.collected(2, [payload(HOUR)])
  await world.batchOf()
  const connected = { at: iso(HOUR - MINUTE_MS), event: 'connected', backfill_minutes: 0 }
  const stopped = { at: iso(HOUR + HOUR_MS + MINUTE_MS), event: 'stopped' }
  const folder = join(world.spools[2], 'journal')
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, '2026-11-21.jsonl'),
    `${JSON.stringify(connected)}\n${`${JSON.stringify(line)}\n`.repeat(count)}${JSON.stringify(stopped)}\n`,
  )
  return world
}

test('a journal of server 2 that has a hundred times what a collector can have to tell is told, and the hour is archived', async () => {
  await using world = await flooded(101_000, { at: iso(HOUR + MINUTE_MS), event: 'silence', since: iso(HOUR) })
  const done = await world.run()
  expect(done).toMatchObject({ archived: [{ tweets: 1 }], failed: [] })
  expect(done.passed_over.map(({ entry }) => entry)).toEqual([join(world.spools[2], 'journal', '2026-11-21.jsonl')])
  expect(hoursExitCode(done)).toBe(3)
})

test.each([
  { at: iso(HOUR + MINUTE_MS), event: 'message', line: 'x' },
  { at: iso(HOUR + MINUTE_MS), event: 'rejected', hour: '2026-11-21_13', lines: 1, reason: 'x' },
])('as many lines of the kind "$event" hide nothing of what a journal tells of the connection', async (line) => {
  await using world = await flooded(101_000, line)
  const done = await world.run()
  expect(done).toMatchObject({ archived: [{ tweets: 1 }], failed: [], passed_over: [] })
  expect((await world.book()).listening?.seconds_heard[2]).toBe(3600)
})

test('what is left of times without others is the same where there are many of them', () => {
  const many = Array.from({ length: 50_000 }, (_, index) => ({ fromMs: 10 * index, toMs: 10 * index + 5 }))
  const holes = many.map(({ fromMs }) => ({ fromMs: fromMs + 1, toMs: fromMs + 4 }))
  const left = without(many, holes)
  expect(left).toHaveLength(100_000)
  expect(left.slice(0, 2)).toEqual([
    { fromMs: 0, toMs: 1 },
    { fromMs: 4, toMs: 5 },
  ])
  expect(without([{ fromMs: 0, toMs: 100 }], [...many].reverse().slice(-3))).toEqual([
    { fromMs: 5, toMs: 10 },
    { fromMs: 15, toMs: 20 },
    { fromMs: 25, toMs: 100 },
  ])
})
