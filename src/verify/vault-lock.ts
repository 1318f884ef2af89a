import type { Clock } from '../clock.js'
import { holderOf, takeLock, type Lock } from '../durable/lock.js'
import type { Log } from '../log.js'
import { ExitCode, OperatorError } from '../operator-error.js'
import { MINUTE_MS } from '../utc.js'

const PATIENCE_MS = 20 * MINUTE_MS
const POLL_MS = 30_000

/**
 * Take the lock that process-hour works under, once it is at its end. A run takes a minute or two, and looking for damage
 * hours: that should not have been for nothing.
 * @throws OperatorError with exit code 75 where it does not come to an end
 */
export async function lockVault(
  folder: string,
  { clock, log, signal }: { clock: Clock; log: Log; signal: AbortSignal },
): Promise<Lock> {
  for (let waitedMs = 0; waitedMs <= PATIENCE_MS; waitedMs += POLL_MS) {
    signal.throwIfAborted()
    const lock = await takeLock(folder, 'process-hour', clock)
    if (lock) return lock
    if (waitedMs === 0) log.info({ folder }, 'process-hour is at work: what was found is looked at again after its end')
    await clock.sleep(POLL_MS, signal)
  }
  throw new OperatorError(
    `what was found could not be looked at again, and nothing is mended: process-hour is at work on ${folder} ` +
      `(${holderOf(folder, 'process-hour')}); run verify again after it`,
    { exitCode: ExitCode.temporary },
  )
}
