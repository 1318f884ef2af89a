import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StallTimer } from '../../src/osf/stall-timer.js'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('an upload may take as long as it likes while bytes move', () => {
  using stall = new StallTimer(120_000)
  for (let minute = 0; minute < 100; minute++) {
    vi.advanceTimersByTime(60_000)
    stall.moved()
  }
  expect(stall.signal.aborted).toBe(false)
  vi.advanceTimersByTime(120_000)
  expect(stall.signal.aborted).toBe(true)
})

test('a timer that is disposed of never fires', () => {
  const stall = new StallTimer(1000)
  stall[Symbol.dispose]()
  vi.advanceTimersByTime(10_000)
  expect(stall.signal.aborted).toBe(false)
})
