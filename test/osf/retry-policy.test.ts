import { expect, test } from 'vitest'
import { parseRetryAfterMs, retryWaitMs } from '../../src/osf/retry-policy.js'

const temporary = { kind: 'temporary', fatal: false, retryAfterMs: undefined } as const

test('what passes by itself is tried five times, with half to all of a doubling step between', () => {
  const waits = (chance: number) => [0, 1, 2, 3, 4].map((attempt) => retryWaitMs(temporary, attempt, () => chance))
  expect(waits(0)).toEqual([1000, 2000, 4000, 8000, undefined])
  expect(waits(1)).toEqual([2000, 4000, 8000, 16_000, undefined])
})

test.each([
  ['shorter than our own wait', 500, 2000],
  ['longer', 60_000, 66_000],
  ['at the limit', 120_000, 132_000],
  ['over the limit', 121_000, undefined],
])('a Retry-After that is %s', (_, retryAfterMs, wait) => {
  expect(retryWaitMs({ ...temporary, retryAfterMs }, 0, () => 1)).toBe(wait)
})

test.each([
  ['auth', undefined, undefined],
  ['quota', undefined, undefined],
  ['refused', undefined, undefined],
  ['too-large', undefined, undefined],
  ['local', undefined, undefined],
  ['pending', undefined, undefined],
  ['exists', 0, 0],
  ['not-found', 0, undefined],
  ['mismatch', 1000, undefined],
] as const)('%s: first %s, then %s', (kind, first, second) => {
  const failure = { kind, fatal: false, retryAfterMs: undefined }
  expect([0, 1].map((attempt) => retryWaitMs(failure, attempt, () => 0))).toEqual([first, second])
})

test('what is fatal is not tried again', () => {
  expect(retryWaitMs({ ...temporary, fatal: true }, 0, () => 0)).toBeUndefined()
})

test.each([
  [undefined, undefined],
  ['', undefined],
  ['soon', undefined],
  ['7', 7000],
  ['-3', 0],
  ['Sat, 21 Nov 2026 14:20:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 14:19:30 GMT', 0],
])('Retry-After: %s', (header, ms) => {
  expect(parseRetryAfterMs(header, Date.parse('2026-11-21T14:20:00Z'))).toBe(ms)
})
