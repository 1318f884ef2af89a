import { setTimeout as wait } from 'node:timers/promises'
import { ExitCode, OperatorError } from './operator-error.js'

const LONGEST_TIMER_MS = 2 ** 31 - 1
const SHORTEST_SOCKET_TIMER_MS = 2000
/** A fast clock's sleeps are not cut finer than this (real ms), or timers would eat the processor. */
const SHORTEST_FAST_SLEEP_MS = 20

/** The only source of time. Its milliseconds are the collection's, which a demo lets run faster than the wall's. */
export interface Clock {
  /** Now, in ms since 1970. */
  now(): number
  /** Resolves after `ms` of this clock, or as soon as `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** What a timer that guards a socket must be set to for `ms` of this clock, in whole real ms: never below 2000. */
  socketMs(ms: number): number
}

/** The wall's clock. */
export function realClock(): Clock {
  return fastClock({ realStartMs: 0, startMs: 0, speed: 1 })
}

/** A clock that shows `startMs` when the wall's shows `realStartMs`, and runs `speed` times as fast. */
export function fastClock({
  realStartMs,
  startMs,
  speed,
}: {
  realStartMs: number
  startMs: number
  speed: number
}): Clock {
  const shortest = speed === 1 ? 0 : SHORTEST_FAST_SLEEP_MS
  return {
    now: () => Math.floor(startMs + (Date.now() - realStartMs) * speed),
    sleep: (ms, signal) => realSleep(Math.max(ms / speed, shortest), signal),
    // Whole, for AbortSignal.timeout takes nothing else.
    socketMs: (ms) => Math.ceil(Math.max(ms / speed, SHORTEST_SOCKET_TIMER_MS)),
  }
}

/**
 * The clock that `$COLLECTOR_CLOCK` asks for, so that several processes can share one fast clock:
 * `REAL_START_MS/START_MS/SPEED`, such as `1795309200000/1795266000000/150`. The wall's where it is absent or empty.
 * @throws OperatorError when the text has another form
 */
export function clockFromText(text: string | undefined): Clock {
  if (!text) return realClock()
  const [realStartMs, startMs, speed, ...rest] = text.split('/').map(Number)
  if (realStartMs === undefined || startMs === undefined || !(Number(speed) > 0) || rest.length > 0)
    throw new OperatorError(`COLLECTOR_CLOCK is "${text}"; it wants REAL_START_MS/START_MS/SPEED`, {
      exitCode: ExitCode.usage,
    })
  return fastClock({ realStartMs, startMs, speed: Number(speed) })
}

async function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && !signal?.aborted; left -= LONGEST_TIMER_MS)
    await wait(Math.min(left, LONGEST_TIMER_MS), undefined, { signal, ref: true }).catch(() => undefined)
}
