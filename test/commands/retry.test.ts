import { expect, test } from 'vitest'
import { retried } from '../../src/commands/retry.js'
import { ExitCode } from '../../src/operator-error.js'
import { SleeplessClock } from '../support/sleepless-clock.js'

const MINUTE_MS = 60_000
const start = '2026-11-21T13:00:00Z'
const signal = new AbortController().signal

/** Runs that end with these codes, one after the other; the last one again and again. */
function runs(...codes: ExitCode[]) {
  let done = 0
  return {
    get done() {
      return done
    },
    run: () => {
      const exitCode = codes[Math.min(done++, codes.length - 1)] ?? ExitCode.done
      return Promise.resolve({ exitCode, words: `run ${done}` })
    },
  }
}

test('without --retry there is one run, whatever it ends with', async () => {
  const clock = new SleeplessClock(start)
  const busy = runs(ExitCode.temporary)
  expect(await retried(busy.run, undefined, { clock, signal })).toEqual({ exitCode: 75, words: 'run 1' })
  expect(clock.slept).toEqual([])
})

test('a fault that passes by itself is waited out, a minute at a time', async () => {
  const clock = new SleeplessClock(start)
  const noNetwork = runs(ExitCode.temporary, ExitCode.temporary, ExitCode.done)
  expect((await retried(noNetwork.run, '20m', { clock, signal })).exitCode).toBe(0)
  expect(clock.slept).toEqual([MINUTE_MS, MINUTE_MS])
})

test.each([ExitCode.failed, ExitCode.usage, ExitCode.partial])('%s is final', async (code) => {
  const once = runs(code)
  await retried(once.run, '20m', { clock: new SleeplessClock(start), signal })
  expect(once.done).toBe(1)
})

test('the time is a bound, and the tries grow rarer within it', async () => {
  const clock = new SleeplessClock(start)
  const never = runs(ExitCode.temporary)
  expect((await retried(never.run, '4h', { clock, signal })).exitCode).toBe(75)
  expect(clock.now() - Date.parse(start)).toBeLessThanOrEqual(240 * MINUTE_MS)
  expect(never.done).toBeGreaterThan(20)
  expect(never.done).toBeLessThan(60)
})

test('who is stopped while waiting does not try again', async () => {
  const stopping = new AbortController()
  const clock = new SleeplessClock(start)
  const busy = runs(ExitCode.temporary)
  clock.sleep = () => {
    stopping.abort()
    return Promise.resolve()
  }
  await retried(busy.run, '20m', { clock, signal: stopping.signal })
  expect(busy.done).toBe(1)
})

test.each(['', '20', 'm', '8d', '-1m'])('--retry "%s" is a fault', async (text) => {
  await expect(retried(runs(ExitCode.done).run, text, { clock: new SleeplessClock(start), signal })).rejects.toThrow(
    `--retry is "${text}": it wants a duration such as 90m, 3h or 2d, at most 7d`,
  )
})
