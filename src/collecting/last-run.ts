import { CorruptStateError } from '../durable/state-file.js'
import { readHeartbeat } from '../health/heartbeat.js'
import type { Log } from '../log.js'
import { journalDays } from '../spool/journal.js'

/** What the last collector of a spool has left to know of. */
export interface LastRun {
  /**
   * How far the stream was filed, in ms since 1970; `undefined` before the first run. Where there was one and that is not
   * to be known, as after a crash before its first heartbeat, it is 0: all the backfill there is.
   */
  readonly coveredUntil: number | undefined
  /** Where it did not end as it should: when its last sign of life was, `undefined` where it left none to be read. */
  readonly brokenOff: { readonly lastSignMs: number | undefined } | undefined
}

/** What is known of the last run, from its heartbeat and its journal. */
export async function lastRun(spool: string, log: Log): Promise<LastRun> {
  try {
    const heartbeat = await readHeartbeat(spool)
    if (!heartbeat) {
      const hasRun = (await journalDays(spool)).length > 0
      return { coveredUntil: hasRun ? 0 : undefined, brokenOff: hasRun ? { lastSignMs: undefined } : undefined }
    }
    const { covered_until, connection, written_at } = heartbeat
    return {
      coveredUntil: covered_until === null ? 0 : Date.parse(covered_until),
      brokenOff: connection === 'stopped' ? undefined : { lastSignMs: Date.parse(written_at) },
    }
  } catch (error) {
    if (!(error instanceof CorruptStateError)) throw error
    log.warn(`${error.message}; asking for all the backfill there is`)
    return { coveredUntil: 0, brokenOff: { lastSignMs: undefined } }
  }
}
