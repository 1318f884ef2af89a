import { join } from 'node:path'
import { unlessStrange } from '../durable/strange-entry.js'
import { firstKeptDay } from '../spool/kept-records.js'
import { hourFolder } from '../spool/minute-name.js'
import { receiptHours } from '../spool/receipt.js'
import { spoolHours } from '../spool/spool-files.js'
import { FIRST_USABLE_MS } from '../tweet/snowflake.js'
import { DAY_MS, HOUR_MS, hourOf } from '../utc.js'
import { bookedHours } from '../vault/booked-hours.js'
import { beginning } from './beginning.js'
import type { HourContext } from './hour-context.js'
import type { Server } from './input-file.js'

/**
 * The hours that may need something, oldest first: every hour since the collection began that has no book, and those with
 * a book for which something lies in a spool or a receipt is missing. By the passing of time alone no hour is due that is
 * older than records are kept, nor one after `nowMs`.
 */
export async function hoursToLookAt(context: HourContext, nowMs = context.clock.now()): Promise<number[]> {
  const { spools, vault, passedOver } = context
  const booked = await bookedHours(vault.folder)
  const traces = { spool1: spools[0].folder, vault: vault.folder, booked, nowMs }
  const first = await beginning(traces, passedOver.tell)
  const known = new Set(booked)
  const unbooked = hoursBetween(Math.max(first ?? Infinity, firstKeptDay(nowMs)), nowMs).filter(
    (hour) => !known.has(hour),
  )
  const inSpools = (await Promise.all(spools.map((spool) => hoursIn(spool, nowMs, context)))).flat()
  return [...new Set([...unbooked, ...inSpools, ...(await unanswered(booked, context))])].sort((a, b) => a - b)
}

/**
 * The hours that have a folder in a server's spool. One that no tweet of today can be of is told and passed over; so is what
 * server 2 sends of times for which no records are kept: it must not make us archive what it likes of the past.
 */
async function hoursIn(
  { folder, server }: { folder: string; server: Server },
  nowMs: number,
  { passedOver }: HourContext,
): Promise<number[]> {
  const firstMs = server === 1 ? hourOf(FIRST_USABLE_MS) : firstKeptDay(nowMs)
  const isSane = (hour: number) => hour >= firstMs && hour <= nowMs + DAY_MS
  const hours = (await unlessStrange(spoolHours(folder, passedOver.tell), passedOver.tell)) ?? []
  for (const hour of hours)
    if (!isSane(hour)) passedOver.tell({ path: join(folder, hourFolder(hour)), fault: faultOf(hour, nowMs) })
  return hours.filter(isSane)
}

const faultOf = (hour: number, nowMs: number): string =>
  hour > nowMs ? 'is of a time that has not come' : 'is older than what is taken from server 2'

/** Archived hours for which server 2 has no receipt, but for those that are too old for one. */
async function unanswered(booked: readonly number[], { spools, clock, passedOver }: HourContext): Promise<number[]> {
  const [, spool2] = spools
  if (!spool2) return []
  const answered = await unlessStrange(receiptHours(spool2.folder), passedOver.tell)
  // Where receipts cannot be listed none can be written.
  if (!answered) return []
  const there = new Set(answered)
  const firstAnswered = firstKeptDay(clock.now())
  return booked.filter((hour) => hour >= firstAnswered && !there.has(hour))
}

/** The hours from `first` on whose end has passed. */
function hoursBetween(first: number, nowMs: number): number[] {
  const count = Math.max(0, Math.floor((nowMs - first) / HOUR_MS))
  return Array.from({ length: count }, (_, index) => first + index * HOUR_MS)
}
