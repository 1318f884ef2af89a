import { expect, test } from 'vitest'
import { clockFromText, realClock } from '../src/clock.js'

test('a timer that guards a socket is set to whole milliseconds, for other ones end a run: whatever the speed of the clock', () => {
  const odd = clockFromText('1795309200000/1795266000000/57.8764')
  for (const clock of [realClock(), odd]) {
    expect(clock.socketMs(120_000.5) % 1).toBe(0)
    expect(() => AbortSignal.timeout(clock.socketMs(120_000.5))).not.toThrow()
  }
  expect(odd.socketMs(1)).toBe(2000)
})
