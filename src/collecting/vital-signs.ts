import { pid } from 'node:process'
import type { Heartbeat } from '../health/heartbeat.js'
import { MINUTE_MS, SECOND_MS } from '../utc.js'
import type { ClockFault } from './clock-check.js'

/** Between two signs from the stream lie at most a connect and an answer that don't come, unless it waits on purpose. */
const LONGEST_TURN_MS = 2 * MINUTE_MS
const LONGEST_TICK_MS = MINUTE_MS

/** What a running collector knows about itself. Its two loops write here, each its own part. Times in ms since 1970. */
export interface VitalSigns {
  readonly server: 1 | 2
  readonly version: string
  readonly startedAt: number
  connection: Heartbeat['connection']
  connectedAt: number | undefined
  lastByteAt: number | undefined
  lastTweetAt: number | undefined
  coveredUntil: number | undefined
  /** X refuses the stream for a reason that only a person can change. */
  refused: { readonly since: number; readonly message: string } | undefined
  /** The stream brings no tweets since then. */
  silentSince: number | undefined
  /** The disk is full since then, and nothing is read. */
  pausedSince: number | undefined
  /** This machine's clock differs from the times in the tweets; null where it agrees, `undefined` while nobody knows. */
  clockFault: ClockFault | null | undefined
  /** The disk has no room for the reserve. */
  lacksReserve: boolean
  readonly totals: { tweets: number; rejected: number; messages: number; connects: number; disconnects: number }
  /** By when the stream must have given another sign. */
  nextTurnBy: number
  lastTickAt: number
}

/** The vital signs of a collector that starts now. */
export const newborn = (
  who: Pick<VitalSigns, 'server' | 'version' | 'coveredUntil'>,
  startedAt: number,
): VitalSigns => ({
  ...who,
  startedAt,
  connection: 'connecting',
  connectedAt: undefined,
  lastByteAt: undefined,
  lastTweetAt: undefined,
  refused: undefined,
  silentSince: undefined,
  pausedSince: undefined,
  clockFault: undefined,
  lacksReserve: false,
  totals: { tweets: 0, rejected: 0, messages: 0, connects: 0, disconnects: 0 },
  nextTurnBy: startedAt + LONGEST_TURN_MS,
  lastTickAt: startedAt,
})

/** The stream has given a sign, and waits for `waitMs` on purpose before the next. */
export function turned(vitals: VitalSigns, nowMs: number, waitMs = 0): void {
  vitals.nextTurnBy = nowMs + waitMs + LONGEST_TURN_MS
}

/** Whether both loops make progress. */
export const isAlive = (vitals: VitalSigns, nowMs: number): boolean =>
  nowMs <= vitals.nextTurnBy && nowMs - vitals.lastTickAt <= LONGEST_TICK_MS

/** The vital signs as they stand in heartbeat.json. */
export const heartbeatOf = (vitals: VitalSigns, openMinutes: string[], nowMs: number): Heartbeat => ({
  process: pid,
  server: vitals.server,
  version: vitals.version,
  started_at: iso(vitals.startedAt),
  written_at: iso(nowMs),
  connection: vitals.pausedSince === undefined ? vitals.connection : 'paused',
  connected_at: isoOrNull(vitals.connectedAt),
  last_byte_at: isoOrNull(vitals.lastByteAt),
  last_tweet_at: isoOrNull(vitals.lastTweetAt),
  covered_until: isoOrNull(vitals.coveredUntil),
  clock_ahead_s: vitals.clockFault ? Math.round(vitals.clockFault.aheadMs / SECOND_MS) : null,
  totals: { ...vitals.totals },
  open_minutes: openMinutes,
})

const iso = (ms: number): string => new Date(ms).toISOString()
const isoOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : iso(ms))

/** Times of a clock that has been set back since are not to come: what waits for them to be long ago would wait for as long. */
export function notToCome(vitals: VitalSigns, nowMs: number): void {
  const { lastTweetAt, lastByteAt, pausedSince } = vitals
  if (lastTweetAt !== undefined) vitals.lastTweetAt = Math.min(lastTweetAt, nowMs)
  if (lastByteAt !== undefined) vitals.lastByteAt = Math.min(lastByteAt, nowMs)
  if (pausedSince !== undefined) vitals.pausedSince = Math.min(pausedSince, nowMs)
}

/** How far the stream is filed, for the journal: with it a reader of the journal can tell what may be missing. */
export const covered = (untilMs: number | undefined): { covered_until?: string } =>
  untilMs ? { covered_until: new Date(untilMs).toISOString() } : {}
