import { MINUTE_MS, SECOND_MS } from '../utc.js'
import type { StreamFault } from './stream-error.js'

/** How long to wait before the next connect. */
interface Steps {
  /** The wait after the first, second, … fault of the kind in a row (`attempt` 0, 1, …), in ms. */
  readonly stepMs: (attempt: number) => number
  /** Chance shortens a step down to half of itself, or, where X names a least wait, makes it up to a quarter longer. */
  readonly jitter: 'shorter' | 'longer'
}

const doubling =
  (firstMs: number, capMs: number) =>
  (attempt: number): number =>
    Math.min(firstMs * 2 ** attempt, capMs)

const everyQuarter: Steps = { stepMs: () => 15 * MINUTE_MS, jitter: 'longer' }

/**
 * As X asks (docs.x.com, "handling disconnections"): at once after a lost connection, then 250 ms more each time up to
 * 16 s; HTTP errors 5 s doubling to 320 s; 429 a minute doubling. Too many connections are capped lower, so that a place
 * that gets free is taken while backfill still reaches back. What only a person can change is tried every 15 minutes.
 */
const policy: Record<StreamFault, Steps> = {
  network: { stepMs: (attempt) => Math.min(250 * attempt, 16 * SECOND_MS), jitter: 'shorter' },
  http: { stepMs: doubling(5 * SECOND_MS, 320 * SECOND_MS), jitter: 'shorter' },
  backfill: { stepMs: doubling(5 * SECOND_MS, 320 * SECOND_MS), jitter: 'shorter' },
  'rate-limit': { stepMs: doubling(MINUTE_MS, 15 * MINUTE_MS), jitter: 'longer' },
  'too-many-connections': { stepMs: doubling(MINUTE_MS, 4 * MINUTE_MS), jitter: 'longer' },
  'usage-cap': everyQuarter,
  unauthorized: everyQuarter,
  credits: everyQuarter,
  forbidden: everyQuarter,
  budget: { stepMs: () => 0, jitter: 'longer' },
}

/** X's windows are of 15 minutes; who is asked to wait for longer has a wrong clock (DocNow/twarc#534). */
const LONGEST_ASKED_MS = 15 * MINUTE_MS

/**
 * The wait in ms before the next connect, after `attempt` (0 = first) faults of this kind in a row: no less than X asks
 * for, and never more than a quarter over 15 minutes.
 */
export function backoffMs(
  { fault, askedMs }: { fault: StreamFault; askedMs: number },
  attempt: number,
  random: () => number,
): number {
  const { stepMs, jitter } = policy[fault]
  const chance = random()
  const longer = 1 + chance / 4
  const step = stepMs(attempt) * (jitter === 'longer' ? longer : 0.5 + chance / 2)
  return Math.round(Math.max(step, Math.min(askedMs, LONGEST_ASKED_MS) * longer))
}

/** Counts the faults of each kind since a connection last proved good. */
export class Faults {
  readonly #counts = new Map<StreamFault, number>()

  /** Count one; answers how many there were of its kind before. */
  count(fault: StreamFault): number {
    const before = this.#counts.get(fault) ?? 0
    this.#counts.set(fault, before + 1)
    return before
  }

  clear(): void {
    this.#counts.clear()
  }
}
