import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { OsfError } from './osf-error.js'
import { retryWaitMs } from './retry-policy.js'

export interface Patience {
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly signal: AbortSignal
}

/**
 * Do it until it succeeds or the policy gives it up, then throw its last error. `beforeRetry` runs after each failure that
 * is to be tried again, before the wait. An action must itself fail once the signal is aborted.
 */
export async function retrying<T>(
  action: () => Promise<T>,
  { clock, log, random, signal }: Patience,
  beforeRetry: (error: OsfError) => void = () => undefined,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action()
    } catch (error) {
      const waitMs = error instanceof OsfError ? retryWaitMs(error, attempt, random) : undefined
      if (!(error instanceof OsfError) || waitMs === undefined) throw error
      log.info({ wait_ms: Math.round(waitMs), reason: error.message }, 'osf: trying again')
      beforeRetry(error)
      await clock.sleep(waitMs, signal)
    }
  }
}
