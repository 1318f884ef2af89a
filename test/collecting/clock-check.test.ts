import { expect, test } from 'vitest'
import { ClockCheck } from '../../src/collecting/clock-check.js'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/utc.js'
import { ManualClock } from '../support/manual-clock.js'

const NOON = Date.parse('2026-11-21T12:00:00Z')

/** A tweet a second from `second` on, each received `aheadMs` after it was made by the clock; what was found, in turn. */
function seen(check: ClockCheck, second: number, count: number, aheadMs: number | ((index: number) => number)) {
  const found: string[] = []
  for (let index = 0; index < count; index += 1) {
    const receivedAt = NOON + (second + index) * SECOND_MS
    const change = check.saw(receivedAt - (typeof aheadMs === 'number' ? aheadMs : aheadMs(index)), receivedAt)
    if (change !== undefined) found.push(change)
  }
  return found
}

test.each([
  ['ahead', HOUR_MS + 3000],
  ['behind', -HOUR_MS + 3000],
  ['ahead by 40 s', 40_000],
  ['behind by 40 s', -40_000],
  ['years behind', -9000 * 24 * HOUR_MS],
])('a clock that is %s is found once, and once that it is right again', (_, aheadMs) => {
  const check = new ClockCheck(new ManualClock(NOON))
  expect(seen(check, 0, 300, aheadMs)).toEqual(['wrong'])
  expect(check.fault?.aheadMs).toBe(aheadMs)
  expect(seen(check, 300, 300, 3000)).toEqual(['right'])
  expect(check.fault).toBeNull()
})

test('tweets that come as late as they do say nothing about the clock', () => {
  expect(seen(new ClockCheck(new ManualClock(NOON)), 0, 3600, (index) => 1000 + (index % 25) * 1000)).toEqual([])
})

test('neither do strange tweets among right ones', () => {
  const strange = (index: number) => (index % 13 === 0 ? -HOUR_MS : index % 3 === 0 ? 9000 * HOUR_MS : 4000)
  expect(seen(new ClockCheck(new ManualClock(NOON)), 0, 3600, strange)).toEqual([])
})

test('nor a backfill, though it brings minutes of old tweets alone', () => {
  const check = new ClockCheck(new ManualClock(NOON))
  check.connected(NOON, 5)
  expect(seen(check, 0, 120, (index) => 300_000 - index * 1000)).toEqual([])
  expect(seen(check, 120, 600, 4000)).toEqual([])
})

test('a clock that is an hour ahead is found during a backfill too', () => {
  const check = new ClockCheck(new ManualClock(NOON))
  check.connected(NOON, 5)
  expect(seen(check, 0, 120, HOUR_MS)).toEqual(['wrong'])
})

test('a few tweets say nothing, however far apart they are', () => {
  expect(seen(new ClockCheck(new ManualClock(NOON)), 0, 4, HOUR_MS)).toEqual([])
  expect(seen(new ClockCheck(new ManualClock(NOON)), 0, 1, 10 * MINUTE_MS)).toEqual([])
})
