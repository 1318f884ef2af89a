import { expect, test } from 'vitest'
import { every } from '../../src/collecting/every.js'
import { Silence } from '../../src/collecting/silence.js'

test('a silence is told once when it has lasted, and once when it is over', () => {
  const silence = new Silence(300)
  expect(silence.check(1000, 1299)).toBeUndefined()
  expect(silence.check(1000, 1300)).toEqual({ began: 1000 })
  expect(silence.check(1000, 9000)).toBeUndefined()
  expect(silence.check(9500, 9600)).toEqual({ endedAfterMs: 8500 })
  expect(silence.check(9500, 9700)).toBeUndefined()
  expect(silence.check(9500, 9800)).toEqual({ began: 9500 })
})

test('what is due every so often is due at first, then once in that time, also when the clock is set back', () => {
  const isDue = every(5)
  expect([100, 101, 104, 105, 109, 111, 50, 51, 55].map(isDue)).toEqual([
    true,
    false,
    false,
    true,
    false,
    true,
    true,
    false,
    true,
  ])
})
