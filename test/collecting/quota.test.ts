import { expect, test } from 'vitest'
import { Quota } from '../../src/collecting/quota.js'

test('so many pass a minute; the others are counted and told once it is over', () => {
  const quota = new Quota(2, 60_000)
  expect([0, 1, 2, 3].map((second) => quota.passes(second * 1000))).toEqual([true, true, false, false])
  quota.leaveOut(10)
  expect([quota.takeLeftOut(59_000), quota.takeLeftOut(60_000), quota.takeLeftOut(61_000)]).toEqual([0, 12, 0])
  expect(quota.passes(61_000)).toBe(true)
})

test('a clock that is set back holds nothing back', () => {
  const quota = new Quota(1, 60_000)
  expect([quota.passes(3_600_000), quota.passes(0), quota.passes(1)]).toEqual([true, true, false])
})
