import type { Clock } from '../clock.js'
import { writeHeartbeat } from '../health/heartbeat.js'
import type { Log } from '../log.js'
import { errorText } from '../operator-error.js'
import type { Spool } from '../spool/spool.js'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../utc.js'
import { every } from './every.js'
import { Silence } from './silence.js'
import { heartbeatOf, type VitalSigns } from './vital-signs.js'

interface Rounds {
  readonly spool: Pick<Spool, 'sync' | 'sealDue' | 'journal' | 'openMinutes'>
  readonly spoolFolder: string
  readonly silenceMs: number
  readonly vitals: VitalSigns
  readonly clock: Clock
  readonly log: Log
}

/**
 * What a collector does by the clock, until `signal` aborts: every second put on the disk what was filed and seal what
 * is due, every five the heartbeat, and watch whether there are tweets at all.
 */
export async function makeRounds(rounds: Rounds, signal: AbortSignal): Promise<void> {
  const { spool, vitals, clock } = rounds
  const duties = [heartbeat(rounds), silence(rounds), totals(rounds)]
  while (!signal.aborted) {
    await spool.sync()
    await spool.sealDue()
    for (const duty of duties) await duty(clock.now())
    vitals.lastTickAt = clock.now()
    await clock.sleep(SECOND_MS, signal)
  }
}

type Duty = (nowMs: number) => Promise<void>

/** A heartbeat that cannot be written gets old, which is alarm enough: the stream goes on. */
function heartbeat({ spool, spoolFolder, vitals, log }: Rounds): Duty {
  const isDue = every(5 * SECOND_MS)
  let works = true
  return async (nowMs) => {
    if (!isDue(nowMs)) return
    try {
      await writeHeartbeat(spoolFolder, heartbeatOf(vitals, spool.openMinutes, nowMs))
      works = true
    } catch (error) {
      if (works) log.warn({ folder: spoolFolder, error: errorText(error) }, 'cannot write the heartbeat')
      works = false
    }
  }
}

function silence({ spool, silenceMs, vitals, log }: Rounds): Duty {
  const watch = new Silence(silenceMs)
  return async (nowMs) => {
    const change = watch.check(vitals.lastTweetAt ?? vitals.startedAt, nowMs)
    if (change === undefined) return
    if ('began' in change) {
      const since = new Date(change.began).toISOString()
      log.warn({ since, connection: vitals.connection }, 'the stream brings no tweets')
      await spool.journal({ event: 'silence', since })
    } else log.info({ silent_s: Math.round(change.endedAfterMs / 1000) }, 'tweets come again')
  }
}

function totals({ vitals, log }: Rounds): Duty {
  const isMinute = every(MINUTE_MS)
  const isHour = every(HOUR_MS)
  isHour(vitals.startedAt)
  return (nowMs) => {
    const due = { hour: isHour(nowMs), minute: isMinute(nowMs) }
    if (due.hour || due.minute) log[due.hour ? 'info' : 'debug'](vitals.totals, 'collected since the start')
    return Promise.resolve()
  }
}
