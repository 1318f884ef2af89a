import { expect, test } from 'vitest'
import { Backfill, minutesToCover } from '../../src/x-api/backfill.js'
import { MINUTE_MS, SECOND_MS } from '../../src/utc.js'
import { payload } from '../support/tweets.js'

const NOON = Date.parse('2026-11-21T12:00:00Z')

test.each([
  [0, 1],
  [-5000, 1],
  [30, 1],
  [31, 2],
  [90, 2],
  [91, 3],
  [210, 4],
  [211, 5],
  [270, 5],
  [86_400, 5],
])('a gap of %i s asks for %i minutes', (seconds, minutes) => {
  expect(minutesToCover(seconds * SECOND_MS, 5)).toBe(minutes)
})

test('no more is asked for than the settings allow', () => {
  expect([minutesToCover(MINUTE_MS, 0), minutesToCover(10 * MINUTE_MS, 2)]).toEqual([0, 2])
})

test('nothing is asked for before the first connection, and something after it even where it brought nothing', () => {
  const backfill = new Backfill(5, undefined)
  expect(backfill.minutes(NOON)).toBe(0)
  backfill.accepted(NOON)
  expect(backfill.minutes(NOON + 2 * MINUTE_MS)).toBe(3)
})

test('the gap is counted from before a restart', () => {
  expect(new Backfill(5, NOON).minutes(NOON + 100 * SECOND_MS)).toBe(3)
})

test('backfill that broke off is asked for again, for what it has not brought is still missing', () => {
  const backfill = new Backfill(5, NOON)
  const now = NOON + 3 * MINUTE_MS
  expect(backfill.minutes(now)).toBe(4)
  backfill.accepted(now)
  backfill.received([payload(NOON - 20 * SECOND_MS), payload(NOON + 10 * SECOND_MS)], now)
  expect(backfill.minutes(now + SECOND_MS)).toBe(4)
  backfill.received([payload(now - SECOND_MS)], now)
  expect(backfill.minutes(now + SECOND_MS)).toBe(1)
})

test('lines without a usable time, and tweets from the future, do not hide a gap', () => {
  const backfill = new Backfill(5, NOON)
  const received = ['no json', '{"data":null}', '{"data":{"id":7}}'].map((line) =>
    backfill.received([Buffer.from(line)], NOON + MINUTE_MS),
  )
  expect(received).toEqual(Array(3).fill({ coveredUntil: NOON, madeAt: undefined }))
  expect(backfill.received([payload(NOON + 20 * MINUTE_MS)], NOON + MINUTE_MS)).toEqual({
    coveredUntil: NOON + MINUTE_MS,
    madeAt: NOON + 20 * MINUTE_MS,
  })
})

test('a tweet is found among lines that are none, and one of long ago moves nothing', () => {
  const backfill = new Backfill(5, NOON - MINUTE_MS)
  const lines = [payload(NOON - SECOND_MS), Buffer.from('<html>'), Buffer.from([0xff]), Buffer.from(' ')]
  expect(backfill.received(lines, NOON).madeAt).toBe(NOON - SECOND_MS)
  expect(backfill.received([payload(NOON - 86_400_000)], NOON).coveredUntil).toBe(NOON - SECOND_MS)
})

test('a time to come, of a clock that was ahead, is not believed: all the backfill there is', () => {
  const backfill = new Backfill(5, NOON + 2 * 3600 * SECOND_MS)
  expect(backfill.minutes(NOON)).toBe(5)
  backfill.accepted(NOON)
  backfill.received([payload(NOON - SECOND_MS)], NOON)
  expect(backfill.minutes(NOON + SECOND_MS)).toBe(1)
})

test('an account without backfill is recognised by the request that is accepted without it', () => {
  const backfill = new Backfill(5, NOON)
  backfill.question()
  expect(backfill.minutes(NOON)).toBe(0)
  expect(backfill.accepted(NOON)).toBe(true)
  expect(backfill.minutes(NOON)).toBe(0)
  expect(backfill.accepted(NOON)).toBe(false)
})

test('a refusal that stays without backfill was not for its sake', () => {
  const backfill = new Backfill(5, NOON)
  backfill.question()
  backfill.refused()
  expect(backfill.minutes(NOON)).toBe(1)
  expect(backfill.accepted(NOON)).toBe(false)
})
