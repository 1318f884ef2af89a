import { expect, test } from 'vitest'
import { hourListening, type WhatCame } from '../../../src/hour/listening/hour-listening.js'
import { listeningOf } from '../../../src/hour/listening/listening.js'
import type { ServerRecords } from '../../../src/hour/listening/server-hour.js'
import type { JournalEvent, NewEvent } from '../../../src/spool/journal.js'
import { HOUR_MS, MINUTE_MS } from '../../../src/utc.js'
import type { BookedListening } from '../../../src/vault/listening.js'

const HOUR = Date.parse('2026-11-21T13:00:00Z')
const iso = (minute: number) => new Date(HOUR + minute * MINUTE_MS).toISOString()
const at = (minute: number, event: NewEvent) => ({ at: iso(minute), ...event })

const started = (minute: number, covered?: number) =>
  at(minute, {
    ...{ event: 'started', version: '0', server: 1 },
    ...(covered !== undefined && { covered_until: iso(covered) }),
  })
const stopped = (minute: number) => at(minute, { event: 'stopped' })
const connected = (minute: number, backfill = 0) => at(minute, { event: 'connected', backfill_minutes: backfill })
const disconnected = (minute: number, covered = minute) =>
  at(minute, { event: 'disconnected', reason: 'cut', covered_until: iso(covered) })
const paused = (minute: number) =>
  at(minute, { event: 'paused', reason: 'the disk is full', covered_until: iso(minute) })
const resumed = (minute: number) => at(minute, { event: 'resumed' })
const silence = (minute: number, since: number) => at(minute, { event: 'silence', since: iso(since) })
const sealed = (minute: number, adopted = false) =>
  at(minute, {
    ...{ event: 'sealed', hour: '2026-11-21_13', name: 'x', lines: 1, bytes: 1, sha256: 'a' },
    ...(adopted && { adopted }),
  })

const BUSY: WhatCame = { archived: 100, lines: 100 }
const QUIET: WhatCame = { archived: 0, lines: 0 }
const NOW = 80

type Told = Partial<Omit<ServerRecords, 'server' | 'listening'>> & { aliveMs?: number }

/** What `events` of server 1 tell of the hour, looked at 80 minutes after its beginning. */
function judged(events: JournalEvent[], came = BUSY, { aliveMs, ...told }: Told = {}, before?: BookedListening) {
  const nowMs = HOUR + NOW * MINUTE_MS
  const listening = listeningOf(events, { nowMs, aliveMs })
  const records = { server: 1, listening, knownUntilMs: nowMs, isDelivered: true, lost: [], ...told } as const
  return hourListening(HOUR, came, [records], before)
}

const minutesOf = ({ listening }: ReturnType<typeof judged>) =>
  listening.gaps.map(({ from, to, reason }) => [
    (Date.parse(from) - HOUR) / MINUTE_MS,
    (Date.parse(to) - HOUR) / MINUTE_MS,
    reason,
  ])

test.each([
  ['connected throughout', [connected(-90), sealed(66)], 'complete', 3600, []],
  [
    'a reconnect without backfill',
    [connected(-9), disconnected(10), connected(12), sealed(66)],
    'partial',
    3480,
    [[10, 12, 'disconnected']],
  ],
  [
    'a reconnect whose backfill covers it',
    [connected(-9), disconnected(10), connected(12, 3), sealed(66)],
    'complete',
    3600,
    [],
  ],
  [
    'a backfill that is too short',
    [connected(-9), disconnected(10), connected(20, 5), sealed(66)],
    'partial',
    3300,
    [[10, 15, 'disconnected']],
  ],
  [
    'a backfill that was cut before it had come',
    [connected(-9), disconnected(10), connected(13, 5), disconnected(14, 11), connected(30), sealed(66)],
    'partial',
    2460,
    [
      [11, 13, 'disconnected'],
      [13, 30, 'disconnected'],
    ],
  ],
  [
    'tweets that were under way when it broke',
    [connected(-9), disconnected(10, 9), connected(11), sealed(66)],
    'partial',
    3480,
    [[9, 11, 'disconnected']],
  ],
  [
    'a backfill from the next hour',
    [connected(-9), disconnected(58), connected(62, 5), sealed(66)],
    'complete',
    3600,
    [],
  ],
  [
    'a stop and a start',
    [connected(-9), stopped(20), started(30, 20), connected(30), sealed(66)],
    'partial',
    3000,
    [[20, 30, 'stopped']],
  ],
  [
    'a crash and a start',
    [connected(-9), sealed(18), started(40, 20), connected(40), sealed(66)],
    'partial',
    2400,
    [[20, 40, 'not running']],
  ],
  [
    'a crash, and files that the next one adopted',
    [connected(-9), sealed(18), sealed(39, true), started(40), connected(40), sealed(66)],
    'partial',
    2280,
    [[18, 40, 'not running']],
  ],
  [
    'a crash while disconnected',
    [connected(-9), disconnected(10), sealed(20), started(40, 10), connected(40), sealed(66)],
    'partial',
    1800,
    [
      [10, 20, 'disconnected'],
      [20, 40, 'not running'],
    ],
  ],
  ['a crash that nobody noticed', [connected(-9), sealed(20)], 'partial', 1200, [[20, 60, 'not running']]],
  ['a full disk', [connected(-9), paused(10), resumed(20), sealed(66)], 'partial', 3000, [[10, 20, 'disk full']]],
  [
    'a full disk on which the end was journaled late',
    [connected(-9), paused(10), disconnected(20), resumed(21), connected(30, 1), sealed(66)],
    'partial',
    2460,
    [[10, 29, 'disconnected']],
  ],
  ['a silent stream', [connected(-9), silence(15, 10), sealed(66)], 'partial', 3300, [[10, 15, 'silent stream']]],
  [
    'the hour of the first start',
    [started(30), connected(31), sealed(66)],
    'partial',
    1740,
    [[0, 31, 'before the first start']],
  ],
  ['a clock of the future', [connected(-9), sealed(66), disconnected(500)], 'complete', 3600, []],
  [
    'a covered_until of the future',
    [connected(-9), disconnected(10, 50), connected(20), sealed(66)],
    'partial',
    2993,
    [[10 - 7 / 60, 20, 'disconnected']],
  ],
  [
    'an end that was never journaled',
    [connected(-9), sealed(10), connected(20), sealed(66)],
    'partial',
    3000,
    [[10, 20, 'disconnected']],
  ],
  [
    'no connection, though tweets are there',
    [started(-60), connected(-60), stopped(-10), sealed(66)],
    'partial',
    0,
    [[0, 60, 'stopped']],
  ],
  ['nothing that tells', [sealed(66)], 'unknown', null, [[0, 60, 'not known']]],
] as const)('an hour with tweets and %s', (_, events, state, seconds, gaps) => {
  const hour = judged([...events])
  expect([hour.state, hour.listening.seconds_heard.either, minutesOf(hour)]).toEqual([state, seconds, gaps])
})

test.each([
  ['connected throughout', [connected(-90), sealed(66)], 'empty', 3600],
  [
    'silent throughout, with a reconnect every few minutes',
    [
      connected(-1),
      silence(4, -1),
      ...Array.from({ length: 12 }, (_, index) => [
        disconnected(5 * index + 4, -1),
        connected(5 * index + 4.01),
      ]).flat(),
      sealed(66),
    ],
    'empty',
    3600,
  ],
  ['not connected at all', [connected(-90), stopped(-10), started(70, -10), connected(70)], 'not collected', 0],
  ['no sign of a collector', [], 'not collected', null],
  ['connected for a while', [connected(-90), disconnected(20, 20), connected(70)], 'partial', 1200],
] as const)('an hour without tweets, %s', (_, events, state, seconds) => {
  const hour = judged([...events], QUIET)
  expect([hour.state, hour.listening.seconds_heard.either]).toEqual([state, seconds])
})

test('an hour of which every line was rejected is not empty', () => {
  expect(judged([connected(-90), sealed(66)], { archived: 0, lines: 5 }).state).toBe('complete')
})

test('a heartbeat tells of a quiet connection what the journal does not', () => {
  const events = [connected(-90), sealed(20)]
  expect(judged(events, BUSY, { aliveMs: HOUR + 79 * MINUTE_MS }).state).toBe('complete')
  expect(minutesOf(judged(events, BUSY, { aliveMs: HOUR + 30 * MINUTE_MS }))).toEqual([[30, 60, 'not running']])
})

test('a whole day that is missing from the journal of a connected collector is not known', () => {
  const events = [connected(-3000), sealed(-2900), sealed(66)]
  expect(judged(events)).toMatchObject({ state: 'unknown', listening: { seconds_heard: { 1: null, either: null } } })
})

const pair = (first: JournalEvent[], second: JournalEvent[], told: Told = {}, came = BUSY) => {
  const nowMs = HOUR + NOW * MINUTE_MS
  const records = (server: 1 | 2, events: JournalEvent[]) => {
    const listening = listeningOf(events, { nowMs })
    const knownUntilMs = server === 1 ? nowMs : listening.lastMs
    return { server, listening, knownUntilMs, isDelivered: true, lost: [], ...(server === 2 && told) }
  }
  return hourListening(HOUR, came, [records(1, first), records(2, second)], undefined)
}

test('a server covers the gaps of the other one, and only where it listened itself', () => {
  const first = [connected(-90), disconnected(10), connected(20), sealed(66)]
  const covering = pair(first, [connected(-90), disconnected(30), connected(40), sealed(66)])
  expect(covering.state).toBe('complete')
  expect(covering.listening.seconds_heard).toEqual({ 1: 3000, 2: 3000, either: 3600 })
  const both = pair(first, [connected(-90), disconnected(15), connected(40), sealed(66)])
  expect(both.state).toBe('partial')
  expect(both.listening.seconds_heard).toEqual({ 1: 3000, 2: 2100, either: 3300 })
})

test("what server 2 heard does not count before it is here, and a journal that isn't here is no proof of anything", () => {
  const first = [connected(-90), disconnected(10), connected(20), sealed(66)]
  const waiting = pair(first, [connected(-90), sealed(66)], { isDelivered: false })
  expect([waiting.state, waiting.listening.settled]).toEqual(['partial', false])
  expect(waiting.listening.gaps.at(-1)).toMatchObject({ server: 2, reason: 'not delivered' })
  const unknown = pair(first, [])
  expect(unknown).toMatchObject({
    state: 'partial',
    listening: { seconds_heard: { 2: null, either: 3000 }, settled: false },
  })
})

test('a minute file that is lost is a gap, also in an hour without a tweet', () => {
  const lost = [{ fromMs: HOUR + 5 * MINUTE_MS, toMs: HOUR + 6 * MINUTE_MS }]
  for (const came of [BUSY, QUIET]) {
    const hour = judged([connected(-90), sealed(66)], came, { lost })
    expect([hour.state, minutesOf(hour)]).toEqual(['partial', [[5, 6, 'file lost']]])
  }
})

test('what a book knew survives the removal of the journals; what they still tell goes first', () => {
  const events = [connected(-90), disconnected(10), connected(20), sealed(66)]
  const before = judged(events).listening
  expect(judged([], BUSY, {}, before)).toMatchObject({ state: 'partial', listening: { ...before, settled: false } })
  expect(judged([connected(-90), sealed(66)], BUSY, {}, before).state).toBe('complete')
})

test('a connection that breaks all the time makes no endless book', () => {
  const events = Array.from({ length: 900 }, (_, index) => [
    connected(index / 15),
    disconnected(index / 15 + 0.03),
  ]).flat()
  const { listening } = judged([...events, sealed(66)])
  expect(listening.gaps.length).toBeLessThanOrEqual(200)
  expect(Date.parse(listening.gaps.at(-1)?.to ?? '')).toBe(HOUR + HOUR_MS)
})
