import type { OsfErrorKind } from './osf-error.js'

const FIRST_WAIT_MS = 2000
const LONGEST_STEP_MS = 30_000
const MOST_TRIES = 5
/** Longer than this OSF is left to the next run. */
const LONGEST_RETRY_AFTER_MS = 120_000

/** What is known of a failed try. */
export interface Failure {
  readonly kind: OsfErrorKind
  readonly fatal: boolean
  readonly retryAfterMs: number | undefined
}

/**
 * The wait in ms before trying again after try `attempt` (0 = the first), or `undefined` where that is no use. What passes
 * by itself is tried 5 times: half to all of 2 s, 4 s, 8 s, 16 s, and never before OSF's `Retry-After`, up to 120 s. What came there with other bytes is sent once
 * more. What was not where it should be is looked for once more.
 */
export function retryWaitMs(failure: Failure, attempt: number, random: () => number): number | undefined {
  const { kind, fatal, retryAfterMs = 0 } = failure
  if (fatal || attempt + 1 >= MOST_TRIES || retryAfterMs > LONGEST_RETRY_AFTER_MS) return undefined
  if (kind === 'exists') return 0
  // Each try sends the whole file.
  if (kind === 'mismatch' && attempt > 0) return undefined
  if (kind === 'not-found') return attempt === 0 ? 0 : undefined
  if (kind !== 'temporary' && kind !== 'mismatch') return undefined
  const step = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_STEP_MS)
  const jittered = step * (0.5 + 0.5 * random())
  // Behind a Retry-After some jitter too, or all who were told the same come at once.
  return Math.max(jittered, retryAfterMs * (1 + 0.1 * random()))
}

/** `Retry-After`: seconds, or an HTTP date. `undefined` where it is absent or says nothing. */
export function parseRetryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined || header === '') return undefined
  const seconds = Number(header)
  const ms = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0)
}
