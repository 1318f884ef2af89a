import type { Log } from '../log.js'
import { errorCode, errorText, OperatorError } from '../operator-error.js'
import { ConnectionLostError, FolderDeniedError } from './sync-fault.js'
import type { SyncTotals } from './sync-totals.js'

export interface Telling {
  readonly log: Log
  readonly totals: SyncTotals
}

/**
 * Do a part of the work whose own fault must not stop the rest: it is told, counted, and left for the next run. Only a
 * lost connection, and what is a bug, ends the run.
 */
export async function alone(what: string, telling: Telling, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!standsAlone(error)) throw error
    leaveForNextRun([what], what, error, telling)
  }
}

/** Tell once why several things are left for the next run. */
export function leaveForNextRun(
  things: readonly string[],
  what: string,
  error: unknown,
  { log, totals }: Telling,
): void {
  const reason = reasonOf(error)
  log.error({ what, reason }, 'left for the next run')
  totals.failed.push(...things)
  totals.reasons.push(`${what}: ${reason}`)
  if (error instanceof FolderDeniedError) totals.denied ??= error
}

const reasonOf = (error: unknown): string =>
  error instanceof OperatorError
    ? error.message
    : `${errorText(error)}: look at this server's disk and the file's owner`

const standsAlone = (error: unknown): boolean =>
  error instanceof OperatorError ? !(error instanceof ConnectionLostError) : isOfTheSystem(error)

/** The system refused something here: what happens on the network is told as ConnectionLostError. */
export const isOfTheSystem = (error: unknown): error is Error =>
  error instanceof Error && !(error instanceof OperatorError) && /^E(?!RR_)[A-Z0-9]+$/.test(errorCode(error) ?? '')
