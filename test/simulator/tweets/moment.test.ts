import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idsMadeBetween } from '../../../src/simulator/tweets/moment.js'
import { Timetable } from '../../../src/simulator/tweets/timetable.js'
import { compareIds, snowflakeMs } from '../../../src/tweet/snowflake.js'

const SECOND = Date.parse('2026-11-21T13:00:00Z') / 1000
const seeds = fc.integer()
const seconds = fc.integer({ min: SECOND, max: SECOND + 1e7 })
const rates = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 900, max: 20_000 }))

test('the tweets of a second are as many as the rate says, ascend, and were made in it, whatever the seed', () => {
  fc.assert(
    fc.property(seeds, seconds, rates, (seed, second, rate) => {
      const ids = [...idsMadeBetween({ seed, rate }, second * 1000, (second + 1) * 1000)]
      expect(ids).toHaveLength(rate)
      expect(ids.filter((id) => Math.floor((snowflakeMs(id) ?? 0) / 1000) !== second)).toEqual([])
      expect(ids.filter((id, place) => place > 0 && compareIds(ids[place - 1] ?? '', id) !== -1)).toEqual([])
    }),
  )
})

test('an interval is the sum of its parts, wherever it is parted', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 300 }), (seed, part, rate) => {
      const from = SECOND * 1000 + 123
      const ids = (fromMs: number, toMs: number) => [...idsMadeBetween({ seed, rate }, fromMs, toMs)]
      expect([...ids(from, from + part), ...ids(from + part, from + 3000)]).toEqual(ids(from, from + 3000))
    }),
  )
})

test('every tweet goes out once, one to sixty-one seconds after its making, and few are late', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 200 }), (seed, rate) => {
      const timetable = new Timetable({ seed, rate })
      const waits = new Map<number, number>()
      for (let second = SECOND; second < SECOND + 75; second += 1)
        for (const made of timetable.departures(second)) {
          if (made.second < SECOND || made.second >= SECOND + 10) continue
          const key = made.second * 100_000 + made.index
          expect(waits.has(key)).toBe(false)
          waits.set(key, second - made.second)
        }
      expect(waits.size).toBe(10 * rate)
      expect(Math.min(...waits.values())).toBeGreaterThanOrEqual(1)
      expect(Math.max(...waits.values())).toBeLessThanOrEqual(61)
      expect([...waits.values()].filter((wait) => wait > 8).length).toBeLessThanOrEqual(5 + rate * 0.2)
    }),
    { numRuns: 20 },
  )
})

test('at full rate about one tweet in two hundred is late', () => {
  const departures = new Timetable({ seed: 7, rate: 20_000 }).departures(SECOND)
  const late = departures.filter(({ second }) => SECOND - second > 8).length
  expect(departures.length).toBeGreaterThan(19_000)
  expect(late / departures.length).toBeGreaterThan(0.003)
  expect(late / departures.length).toBeLessThan(0.007)
})
