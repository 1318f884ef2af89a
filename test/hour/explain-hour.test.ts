import { expect, test } from 'vitest'
import { describeExplained, explainHour } from '../../src/hour/explain-hour.js'
import { gapsOf } from '../../src/hour/gaps.js'
import { appendToJournal, type JournalEvent } from '../../src/spool/journal.js'
import { MINUTE_MS } from '../../src/utc.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'

const minute = (count: number) => HOUR + count * MINUTE_MS
const at = (count: number, sequence = 0) => payload(minute(count), { sequence })
const iso = (count: number) => new Date(minute(count)).toISOString()

test('what a server lacks is counted by its reasons, and the rest by itself', async () => {
  await using world = await hourWorld()
  await appendToJournal(world.spools[2], minute(2), { event: 'started', version: '0', server: 2 })
  await appendToJournal(world.spools[2], minute(2), { event: 'connected', backfill_minutes: 0 })
  await appendToJournal(world.spools[2], minute(10), {
    ...{ event: 'disconnected', reason: 'connection lost', covered_until: iso(10) },
  })
  await appendToJournal(world.spools[2], minute(12), { event: 'connected', backfill_minutes: 5 })
  await appendToJournal(world.spools[2], minute(61), { event: 'stopped' })
  await world.collected(1, [at(1), at(5), at(11), at(11, 1), at(20), at(30), at(30, 1)])
  await world.byHand(2, minute(5), `${at(5).toString()}\n`)
  await world.byHand(2, minute(20), `${at(20).toString().slice(0, -1)}\n`)
  await world.batchOf()
  await world.run()
  const explained = await explainHour(HOUR, world.context)
  expect(explained.servers[2]).toEqual({
    tweets: 6,
    reasons: [
      { reason: 'disconnected: connection lost, from 2026-11-21T13:10:00Z to 2026-11-21T13:12:00Z', tweets: 2 },
      { reason: 'its line was rejected', tweets: 1 },
      { reason: 'started late, or its journal is missing, to 2026-11-21T13:02:00Z', tweets: 1 },
    ],
    unexplained: 2,
  })
  expect(explained.servers[1]).toEqual({ tweets: 0, reasons: [], unexplained: 0 })
  expect(describeExplained(explained)).toContain('server 2 lacks 6\n         2  disconnected: connection lost')
})

test('minutes that server 2 sealed and has not delivered are told from losses', async () => {
  await using world = await hourWorld()
  const sealed = { hour: '2026-11-21_13', name: 'sampled_stream_2026-11-21_13-01.jsonl', lines: 1, bytes: 1 }
  await appendToJournal(world.spools[2], minute(0), { event: 'connected', backfill_minutes: 0 })
  await appendToJournal(world.spools[2], minute(8), { event: 'sealed', ...sealed, sha256: 'a'.repeat(64) })
  await world.collected(1, [at(1), at(2)])
  world.clock.advance(180 * MINUTE_MS)
  await world.run()
  expect((await explainHour(HOUR, world.context)).servers[2]).toMatchObject({
    reasons: [{ reason: 'sealed, but not delivered yet', tweets: 1 }],
    unexplained: 1,
  })
})

test('an hour that is not archived says so', async () => {
  await using world = await hourWorld()
  await expect(explainHour(HOUR, world.context)).rejects.toThrow('2026-11-21_13 is not archived')
})

test('a journal becomes gaps: a kill, a pause, silence, and its own end', () => {
  const events: JournalEvent[] = [
    { at: iso(0), event: 'connected', backfill_minutes: 0 },
    { at: iso(5), event: 'silence', since: iso(3) },
    { at: iso(6), event: 'paused', reason: 'the disk is full', covered_until: iso(6) },
    { at: iso(7), event: 'resumed' },
    { at: iso(9), event: 'started', version: '0', server: 1, covered_until: iso(8) },
    { at: iso(10), event: 'connected', backfill_minutes: 2 },
    { at: iso(20), event: 'stopped' },
  ]
  const gap = (from: number, to: number, reason: string) => ({ fromMs: minute(from), toMs: minute(to), reason })
  expect(gapsOf(events)).toEqual([
    gap(3, 5, 'silence on the stream'),
    gap(6, 7, 'not reading: the disk is full'),
    gap(8, 10, 'not running: killed or crashed'),
    { fromMs: minute(20) - 7000, toMs: Infinity, reason: 'stopped' },
  ])
  expect(gapsOf([])).toEqual([])
})
