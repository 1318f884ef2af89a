import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AFTER, BEFORE, belongsTo, bucketOf } from '../../src/hour/bucket.js'
import { lowestId } from '../../src/tweet/snowflake.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'

const HOUR = Date.parse('2026-11-21T13:00:00Z')
/** IDs had a digit less then. */
const OLD_HOUR = Date.parse('2015-03-04T13:00:00Z')
const buckets = Array.from({ length: AFTER - BEFORE + 1 }, (_, index) => BEFORE + index)

test('an ID belongs to one bucket, whichever way it is told', () => {
  const near = (hour: number) =>
    fc
      .tuple(fc.integer({ min: -2, max: 62 }), fc.integer({ min: -2, max: 2 }))
      .map(([minute, step]) => String(BigInt(lowestId(hour + minute * MINUTE_MS)) + BigInt(step)))
  const id = fc.oneof(near(HOUR), near(OLD_HOUR), fc.stringMatching(/^\d{1,19}$/), fc.constant('0000000002124130709'))
  fc.assert(
    fc.property(id, fc.constantFrom(HOUR, OLD_HOUR), (id, hour) => {
      const own = buckets.filter((bucket) => belongsTo(bucket, hour)(id))
      expect(own).toEqual([bucketOf(id, hour)])
    }),
    { numRuns: 3000 },
  )
})

test('the lowest ID of a time is the first that was made then', () => {
  expect(bucketOf(lowestId(HOUR), HOUR)).toBe(0)
  expect(bucketOf(String(BigInt(lowestId(HOUR)) - 1n), HOUR)).toBe(BEFORE)
  expect(bucketOf(lowestId(HOUR + HOUR_MS), HOUR)).toBe(AFTER)
})
