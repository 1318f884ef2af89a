import type { Clock } from '../clock.js'
import { isFull } from '../durable/disk.js'
import { writeHeartbeat } from '../health/heartbeat.js'
import type { Log } from '../log.js'
import { errorText } from '../operator-error.js'
import type { Spool } from '../spool/spool.js'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../utc.js'
import { every } from './every.js'
import type { Room } from './room.js'
import { Silence } from './silence.js'
import { heartbeatOf, notToCome, type VitalSigns } from './vital-signs.js'

interface Rounds {
  readonly spool: Pick<Spool, 'sync' | 'sealDue' | 'adoptLeft' | 'journal' | 'openMinutes'>
  readonly spoolFolder: string
  readonly room: Pick<Room, 'relieve'>
  readonly silenceMs: number
  readonly vitals: VitalSigns
  readonly clock: Clock
  readonly log: Log
  /** Is to look whether anybody must be told of anything. */
  readonly watch: (nowMs: number) => Promise<void>
  /** Why nothing of the log can be written any more, such as EPIPE. */
  readonly logLost?: (() => string | undefined) | undefined
}

/**
 * What a collector does by the clock, until `signal` aborts: every second put on the disk what was filed and seal what
 * is due, every five the heartbeat, and watch whether there are tweets at all. A full disk ends none of it.
 */
export async function makeRounds(rounds: Rounds, signal: AbortSignal): Promise<void> {
  const { spool, vitals, clock, watch } = rounds
  const isMinute = every(MINUTE_MS)
  const heartbeat = heartbeatDuty(rounds)
  const duties = [silence(rounds), totals(rounds), logLost(rounds), watch]
  while (!signal.aborted) {
    await heartbeat(clock.now(), () => spool.sync())
    await despiteFullDisk(rounds, () => spool.sealDue())
    if (isMinute(clock.now())) await spool.adoptLeft()
    notToCome(vitals, clock.now())
    for (const duty of duties) await duty(clock.now())
    vitals.lastTickAt = clock.now()
    await clock.sleep(SECOND_MS, signal)
  }
}

type Duty = (nowMs: number) => Promise<void>

/** What has no room now is for the next round: there may be some, or there is the reserve's. */
async function despiteFullDisk({ room }: Rounds, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isFull(error)) throw error
    await room.relieve()
  }
}

/**
 * Syncs, and writes the heartbeat where one is due: it tells what was filed before the sync, so that what it counts is on
 * the disk. A heartbeat that cannot be written gets old, which is alarm enough: the stream goes on.
 */
function heartbeatDuty({ spool, spoolFolder, vitals, log }: Rounds) {
  const isDue = every(5 * SECOND_MS)
  let works = true
  return async (nowMs: number, sync: () => Promise<void>): Promise<void> => {
    const heartbeat = isDue(nowMs) ? heartbeatOf(vitals, spool.openMinutes, nowMs) : undefined
    await sync()
    if (!heartbeat) return
    try {
      await writeHeartbeat(spoolFolder, heartbeat)
      works = true
    } catch (error) {
      if (works) log.warn({ folder: spoolFolder, error: errorText(error) }, 'cannot write the heartbeat')
      works = false
    }
  }
}

function silence(rounds: Rounds): Duty {
  const { spool, silenceMs, vitals, log } = rounds
  const watch = new Silence(silenceMs)
  return async (nowMs) => {
    const change = watch.check(vitals.lastTweetAt ?? vitals.startedAt, nowMs)
    if (change === undefined) return
    if ('began' in change) {
      vitals.silentSince = change.began
      const since = new Date(change.began).toISOString()
      log.warn({ since, connection: vitals.connection }, 'the stream brings no tweets')
      await despiteFullDisk(rounds, () => spool.journal({ event: 'silence', since }))
    } else {
      vitals.silentSince = undefined
      log.info({ silent_s: Math.round(change.endedAfterMs / 1000) }, 'tweets come again')
    }
  }
}

/** Whoever looks for the log finds in the journal why there is none. */
function logLost(rounds: Rounds): Duty {
  let told = false
  return async () => {
    const reason = rounds.logLost?.()
    if (told || reason === undefined) return
    told = true
    await despiteFullDisk(rounds, () => rounds.spool.journal({ event: 'log-lost', reason }))
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
