import { describe, expect, test } from 'vitest'
import { backoffMs, Faults } from '../../src/x-api/backoff.js'
import type { StreamFault } from '../../src/x-api/stream-error.js'

const steps = (fault: StreamFault, chance: number, attempts: number[]) =>
  attempts.map((attempt) => backoffMs({ fault, askedMs: 0 }, attempt, () => chance) / 1000)

describe('the waits X asks for, in seconds', () => {
  test('a lost connection: at once, then 250 ms more each time, up to 16 s', () => {
    expect(steps('network', 1, [0, 1, 2, 3, 63, 64, 65, 1000])).toEqual([0, 0.25, 0.5, 0.75, 15.75, 16, 16, 16])
  })
  test('an HTTP error: 5 s doubling up to 320 s', () => {
    expect(steps('http', 1, [0, 1, 2, 5, 6, 7, 1100])).toEqual([5, 10, 20, 160, 320, 320, 320])
  })
  test('the rate limit: a minute doubling, no more than its window', () => {
    expect(steps('rate-limit', 0, [0, 1, 2, 3, 4, 5])).toEqual([60, 120, 240, 480, 900, 900])
  })
  test('too many connections: a minute doubling, while backfill still reaches back', () => {
    expect(steps('too-many-connections', 0, [0, 1, 2, 3])).toEqual([60, 120, 240, 240])
  })
  test.each(['unauthorized', 'credits', 'forbidden', 'usage-cap'] as const)('%s: every 15 minutes', (fault) => {
    expect(steps(fault, 0, [0, 1, 7])).toEqual([900, 900, 900])
  })
})

describe('chance keeps two servers out of step', () => {
  test('it takes up to half of a wait that is ours', () => {
    expect(steps('http', 0, [0, 6])).toEqual([2.5, 160])
    expect(steps('network', 0, [4])).toEqual([0.5])
  })
  test('it adds up to a quarter to a least wait that is X’s', () => {
    expect(steps('rate-limit', 1, [0])).toEqual([75])
    expect(steps('unauthorized', 1, [0])).toEqual([1125])
  })
})

describe('what X asks for in a header', () => {
  const wait = (askedMs: number) => backoffMs({ fault: 'http', askedMs }, 0, () => 0)
  test('is waited for where it is longer than our step', () => {
    expect([wait(1000), wait(100_000)]).toEqual([2500, 100_000])
  })
  test('is not believed beyond 15 minutes: a clock is wrong', () => {
    expect(wait(8_148_000)).toBe(900_000)
  })
})

test('faults are counted by kind until a connection was good', () => {
  const faults = new Faults()
  expect([faults.count('network'), faults.count('http'), faults.count('network')]).toEqual([0, 0, 1])
  faults.clear()
  expect(faults.count('network')).toBe(0)
})
