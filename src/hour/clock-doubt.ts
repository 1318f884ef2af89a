import type { Clock } from '../clock.js'
import { unlessStrange } from '../durable/strange-entry.js'
import { readHeartbeat } from '../health/heartbeat.js'
import type { Log } from '../log.js'
import { spoolHours } from '../spool/spool-files.js'
import { DAY_MS, HOUR_MS, hourName, isoSeconds, MINUTE_MS, SECOND_MS } from '../utc.js'
import { bookedHours } from '../vault/booked-hours.js'
import { beginning } from './beginning.js'
import type { HourContext } from './hour-context.js'

/** For so long nobody need have heard anything while the clock is believed all the same: an outage, with this machine off. */
const LONGEST_OUTAGE_MS = 31 * DAY_MS

/** Less does no harm: an hour is archived some time after its end, and what comes later opens it again. */
const LEAST_AHEAD_MS = HOUR_MS

/** What this machine's clock must not be believed in. */
export interface ClockDoubt {
  /** The hours after this time, in ms since 1970, may not have happened. */
  readonly believedMs: number
  /** What is wrong, and what to do. */
  readonly reason: string
}

/**
 * The clock by the time in the tweets, where server 1's collector finds an hour or more between the two: hours are then archived
 * when they are over, whatever this machine's clock shows. The given one where no running collector says so.
 */
export async function clockByTweets(spool: string, clock: Clock, log: Log): Promise<Clock> {
  const heartbeat = await readHeartbeat(spool).catch(() => undefined)
  const aheadMs = (heartbeat?.clock_ahead_s ?? 0) * SECOND_MS
  const ageMs = heartbeat ? clock.now() - Date.parse(heartbeat.written_at) : Infinity
  // A clock that was behind, and is right now, makes the heartbeat of a collector that has ended look old.
  const isOfThisClock = ageMs >= 0 && ageMs <= (aheadMs > 0 ? DAY_MS : MINUTE_MS)
  if (!isOfThisClock || Math.abs(aheadMs) < LEAST_AHEAD_MS) return clock
  const now = () => clock.now() - aheadMs
  const apart = `${Math.abs(aheadMs) / SECOND_MS} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`
  log.warn(`this machine's clock is ${apart} the tweets: hours go by the tweets' time, ${isoSeconds(now())}`)
  return { ...clock, now }
}

/**
 * Why the clock is not to be believed: it has gone on for more than a month in which nothing was collected or archived, or it is
 * behind the archive. `undefined` where nothing speaks against it.
 */
export async function clockDoubt({ spools, vault, clock, passedOver }: HourContext): Promise<ClockDoubt | undefined> {
  const nowMs = clock.now()
  const booked = await bookedHours(vault.folder)
  const last = booked.at(-1)
  if (last !== undefined && last > nowMs) return behind(nowMs, last)
  const traces = { spool1: spools[0].folder, vault: vault.folder, booked, nowMs }
  const signs = [await beginning(traces, passedOver.tell), last === undefined ? undefined : last + HOUR_MS]
  for (const { folder } of spools) signs.push(...((await unlessStrange(spoolHours(folder), passedOver.tell)) ?? []))
  const past = signs.filter((sign) => sign !== undefined).filter((sign) => sign <= nowMs)
  const lastSignMs = past.reduce((a, b) => Math.max(a, b), -Infinity)
  return past.length > 0 && nowMs - lastSignMs > LONGEST_OUTAGE_MS ? ahead(nowMs, lastSignMs) : undefined
}

const behind = (nowMs: number, last: number): ClockDoubt => ({
  believedMs: nowMs,
  reason:
    `this machine's clock shows ${isoSeconds(nowMs)}, but the archive has hours up to ${hourName(last)}: set the clock; where it ` +
    'is right, it was ahead when they were archived, and they are opened again when their time has come',
})

const ahead = (nowMs: number, lastSignMs: number): ClockDoubt => ({
  believedMs: lastSignMs,
  reason:
    `this machine's clock shows ${isoSeconds(nowMs)}, but nothing was collected or archived since ${isoSeconds(lastSignMs)}: set the ` +
    'clock; no later hour is archived until a collector has filed something, or you ask for it with --day',
})
