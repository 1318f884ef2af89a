import { isLocked } from '../durable/lock.js'
import { silently } from '../durable/strange-entry.js'
import { DAY_MS, HOUR_MS, hourName, SECOND_MS } from '../utc.js'
import { bookedHours } from '../vault/booked-hours.js'
import { beginning } from './beginning.js'
import type { HourContext } from './hour-context.js'

/** So long nobody may be at work on what is due, before it is given up to wait for it. */
const GRACE_MS = 20 * SECOND_MS
const LONGEST_MS = HOUR_MS
const LOOK_MS = 2 * SECOND_MS

/** Hours of a day whose window for late tweets is over and that have no book yet: whoever reports on the day is too early. */
export async function hoursStillDue(day: number, { spools, vault, lateMs, clock }: HourContext): Promise<number[]> {
  const booked = await bookedHours(vault.folder)
  const traces = { spool1: spools[0].folder, vault: vault.folder, booked, nowMs: clock.now() }
  const first = await beginning(traces, silently)
  if (first === undefined) return []
  const there = new Set(booked)
  return Array.from({ length: DAY_MS / HOUR_MS }, (_, index) => day + index * HOUR_MS).filter(
    (hour) => hour >= first && !there.has(hour) && hour + HOUR_MS + lateMs <= clock.now(),
  )
}

/**
 * Wait for process-hour, while one is at work and a little longer, to archive a day's hours that are due. Returns those that still
 * are: nobody is at work on them, or not with success.
 */
export async function waitForHours(day: number, context: HourContext): Promise<number[]> {
  const { clock, log, signal, vault } = context
  const sinceMs = clock.now()
  let idleSinceMs = sinceMs
  let due = await hoursStillDue(day, context)
  if (due.length > 0) log.info({ hours: due.map(hourName) }, 'waiting for process-hour to archive what is due')
  while (due.length > 0 && !signal.aborted) {
    if (await isLocked(vault.folder, 'process-hour').catch(() => false)) idleSinceMs = clock.now()
    if (clock.now() - idleSinceMs >= GRACE_MS || clock.now() - sinceMs >= LONGEST_MS) break
    await clock.sleep(LOOK_MS, signal)
    due = await hoursStillDue(day, context)
  }
  return due
}
