import { firstKeptDay } from '../spool/kept-records.js'
import { receiptHours } from '../spool/receipt.js'
import { spoolHours } from '../spool/spool-files.js'
import { HOUR_MS } from '../utc.js'
import { bookedHours } from '../vault/booked-hours.js'
import { beginning } from './beginning.js'
import type { HourContext } from './hour-context.js'

/**
 * The hours that may need something, oldest first: every hour since the collection began that has no book, and those with
 * a book for which something lies in a spool or a receipt is missing, unless it is too old for one.
 */
export async function hoursToLookAt({ spools, vault, clock }: HourContext): Promise<number[]> {
  const booked = await bookedHours(vault.folder)
  const first = await beginning(
    spools.map(({ folder }) => folder),
    booked,
  )
  if (first === undefined) return []
  const [, spool2] = spools
  const answered = new Set(spool2 ? await receiptHours(spool2.folder) : booked)
  const inSpools = (await Promise.all(spools.map(({ folder }) => spoolHours(folder)))).flat()
  const known = new Set(booked)
  const unbooked = hoursBetween(first, clock.now()).filter((hour) => !known.has(hour))
  const firstAnswered = firstKeptDay(clock.now())
  const unanswered = booked.filter((hour) => hour >= firstAnswered && !answered.has(hour))
  return [...new Set([...unbooked, ...inSpools, ...unanswered])].sort((a, b) => a - b)
}

/** The hours from `first` on whose end has passed. */
function hoursBetween(first: number, nowMs: number): number[] {
  const count = Math.max(0, Math.floor((nowMs - first) / HOUR_MS))
  return Array.from({ length: count }, (_, index) => first + index * HOUR_MS)
}
