import { DAY_MS } from '../utc.js'

/** Zero of snowflake time. Source: twitter-archive/snowflake, `twepoch`. */
const EPOCH_MS = 1_288_834_974_657n
/** IDs from before snowflake (up to 3e10) would all give times in the first ten seconds after its zero, 01:43 that day. */
export const FIRST_USABLE_MS = Date.UTC(2010, 10, 4, 2)

/** Whether a value is an ID as X writes it: a text of 1 to 19 digits, the first of them no 0, so that a tweet has one ID only. */
export const isId = (id: unknown): id is string => typeof id === 'string' && /^[1-9]\d{0,18}$/.test(id)

/** The ms since 1970 at which a tweet was made, read from its ID; `undefined` where the text is no ID. */
export function snowflakeMs(id: string): number | undefined {
  if (!isId(id)) return undefined
  return Number((BigInt(id) >> 22n) + EPOCH_MS)
}

/** The lowest ID that a tweet made at `ms` can have. */
export const lowestId = (ms: number): string => String((BigInt(ms) - EPOCH_MS) << 22n)

/**
 * When a tweet was made, as far as it is filed by that: by its ID; where that gives no usable time (before snowflake, or
 * more than a day from `receivedMs`, before or after) by `createdAt`, under the same bounds; else when it was received.
 */
export function tweetMs(id: string, createdAt: string | undefined, receivedMs: number): number {
  const byId = usableIdMs(id, receivedMs)
  if (byId !== undefined) return byId
  const byDate = createdAt === undefined ? NaN : Date.parse(createdAt)
  return isUsable(byDate, receivedMs) ? byDate : receivedMs
}

/** When a tweet was made, where its ID alone can tell; see `tweetMs`. */
export function usableIdMs(id: string, receivedMs: number): number | undefined {
  const ms = snowflakeMs(id)
  return ms !== undefined && isUsable(ms, receivedMs) ? ms : undefined
}

/**
 * X sends what was just made, and minutes of backfill. What is a day old by then does not belong to the hour that it tells,
 * which is archived: one such tweet of years ago must not open an hour of that time. False for NaN too.
 */
const isUsable = (ms: number, receivedMs: number): boolean =>
  ms >= FIRST_USABLE_MS && Math.abs(ms - receivedMs) <= DAY_MS

/** Order of IDs as numbers, without making numbers of them. */
export function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}
