import { faultText } from '../durable/owner.js'
import { CorruptStateError } from '../durable/state-file.js'
import { readHeartbeat } from '../health/heartbeat.js'
import type { Log } from '../log.js'
import { errorCode } from '../operator-error.js'
import { journalDays } from '../spool/journal.js'

/** What the last collector of a spool has left to know of. */
export interface LastRun {
  /**
   * How far the stream was filed, in ms since 1970; `undefined` before the first run. Where there was one and that is not
   * to be known, as after a crash before its first heartbeat or after a clock that was ahead, it is 0: all the backfill there is.
   */
  readonly coveredUntil: number | undefined
  /** Where it did not end as it should: when its last sign of life was, `undefined` where it left none to be read. */
  readonly brokenOff: { readonly lastSignMs: number | undefined } | undefined
}

/** What is known of the last run, from its heartbeat and its journal. */
export async function lastRun(spool: string, nowMs: number, log: Log): Promise<LastRun> {
  try {
    const heartbeat = await readHeartbeat(spool)
    if (!heartbeat) {
      let hasRun = false
      const strange = () => (hasRun = true)
      hasRun ||= (await journalDays(spool, strange)).length > 0
      return { coveredUntil: hasRun ? 0 : undefined, brokenOff: hasRun ? { lastSignMs: undefined } : undefined }
    }
    const { covered_until, connection, written_at } = heartbeat
    // A time to come is that of a clock that was ahead then: nothing is known by it.
    const past = (time: string | null) => (time !== null && Date.parse(time) <= nowMs ? Date.parse(time) : undefined)
    return {
      coveredUntil: past(covered_until) ?? 0,
      brokenOff: connection === 'stopped' ? undefined : { lastSignMs: past(written_at) },
    }
  } catch (error) {
    if (!(error instanceof CorruptStateError) && errorCode(error) === undefined) throw error
    log.warn(`${faultText(error)}; asking for all the backfill there is`)
    return { coveredUntil: 0, brokenOff: { lastSignMs: undefined } }
  }
}
