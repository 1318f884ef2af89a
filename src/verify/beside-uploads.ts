import type { Clock } from '../clock.js'
import { takeLock } from '../durable/lock.js'
import { MINUTE_MS } from '../utc.js'
import type { Found } from './finding.js'

const PATIENCE_MS = 20 * MINUTE_MS
const POLL_MS = 30_000

/** Look; what is found while something is uploaded is looked at again after it. */
export async function besideUploads(
  look: () => Promise<Found>,
  { stateFolder, clock, signal }: { stateFolder: string; clock: Clock; signal: AbortSignal },
): Promise<Found> {
  const first = await look()
  if (first.findings.length === 0) return first
  for (let waitedMs = 0; waitedMs <= PATIENCE_MS; waitedMs += POLL_MS) {
    signal.throwIfAborted()
    await using lock = await takeLock(stateFolder, 'publish', clock)
    if (lock) return await look()
    await clock.sleep(POLL_MS, signal)
  }
  return first
}
