import { statfs } from '../durable/files.js'
import type { Settings } from '../settings/settings.js'
import { DAY_MS, dayName, HOUR_MS, hourName } from '../utc.js'
import type { FinishedHours } from './finished-hours.js'
import type { LocalHour } from './local-spool.js'
import { SealedEvents } from './sealed-events.js'

/** An hour that waits for longer than this tells that server 1 takes nothing. */
const PATIENCE_MS = 6 * HOUR_MS
/** A disk that lasts for longer is no news. */
const NEAR_DAYS = 30
const GIB = 2 ** 30

/** What decides when the disk of server 2 will be full. */
export interface DiskFacts {
  /** What this user may still write. */
  readonly freeBytes: number
  /** Files that have their receipts and go as soon as the disk is short of room. */
  readonly keptBytes: number
  /** What was sealed within the last day. */
  readonly bytesADay: number
  /** The first hour of which not every file has a receipt; `undefined` where there is none. */
  readonly waitingSince: number | undefined
  /** Less is free than the operator wants. */
  readonly scarce: boolean
}

/**
 * What to tell the operator, `undefined` where there is nothing: first that hours wait which server 1 should have taken long
 * ago; then the disk, where it is near its end at the present rate, or short of room.
 */
export function diskWarning(spool: string, facts: DiskFacts, nowMs: number): string | undefined {
  const { freeBytes, keptBytes, bytesADay, waitingSince, scarce } = facts
  const isStuck = waitingSince !== undefined && nowMs - (waitingSince + HOUR_MS) > PATIENCE_MS
  const daysLeft = (freeBytes + keptBytes) / Math.max(bytesADay, 1)
  const isNear = isStuck && daysLeft <= NEAR_DAYS
  const news = isStuck
    ? `hours since ${hourName(waitingSince)} wait for server 1's receipt: see that server 1 can be reached and that process-hour runs there`
    : undefined
  if (!isNear && !scarce) return news
  const room = `the disk of ${spool} has ${gib(freeBytes)} GiB free, and ${gib(bytesADay)} GiB came within a day`
  const when = daysLeft > 365 ? 'in more than a year' : `on ${dayName(nowMs + daysLeft * DAY_MS)}`
  const unless = isStuck ? '' : ', unless server 1 goes on taking what is sealed'
  const outlook = `${room}: at this rate it is full ${when}${unless}`
  const advice = scarce ? `${outlook}. Make room` : outlook
  return news === undefined ? advice : `${news}; ${advice}`
}

const gib = (bytes: number): string => (bytes / GIB).toFixed(1)

/** The facts as they stand, from what was listed of the spool; server 1 is not asked. */
export async function diskFacts(
  { spool, alerts }: Settings,
  hours: readonly LocalHour[],
  finished: FinishedHours,
  nowMs: number,
): Promise<DiskFacts> {
  const { bavail, bsize, blocks } = await statfs(spool.folder)
  const waiting = hours.find(({ hour, sealed }) => sealed.length > 0 && !finished.has(hour))
  const kept = hours.filter(({ hour }) => finished.has(hour)).flatMap(({ sealed }) => sealed)
  const sealed = await SealedEvents.since(spool.folder, nowMs)
  return {
    freeBytes: bavail * bsize,
    keptBytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesADay: sealed.bytesBetween(nowMs - DAY_MS, nowMs),
    waitingSince: waiting?.hour,
    scarce: (100 * bavail) / blocks < alerts.diskFreePercent,
  }
}
