import type { VitalSigns } from './vital-signs.js'

type Shown = Pick<VitalSigns, 'connection' | 'connectedAt' | 'lastTweetAt' | 'refused' | 'silentSince' | 'pausedSince'>

/**
 * How the collector does, for `systemctl status`: connection, last tweet, open minutes. Times are UTC and to the minute,
 * so that the line changes once a minute at most while all is well.
 */
export function statusLine(vitals: Shown, openMinutes: readonly string[]): string {
  const lastTweet = vitals.lastTweetAt === undefined ? 'no tweet yet' : `last tweet ${minute(vitals.lastTweetAt)}`
  const open = `${openMinutes.length} ${openMinutes.length === 1 ? 'minute' : 'minutes'} open`
  return [connection(vitals), lastTweet, open].join('; ')
}

function connection({ connection, connectedAt, refused, silentSince, pausedSince }: Shown): string {
  if (pausedSince !== undefined) return `the disk is full since ${minute(pausedSince)}, nothing is read`
  if (refused !== undefined) return `X refuses the stream since ${minute(refused.since)}`
  const since = connection === 'connected' && connectedAt !== undefined ? ` since ${minute(connectedAt)}` : ''
  const silence = silentSince === undefined ? '' : `, silent since ${minute(silentSince)}`
  return `${connection}${since}${silence}`
}

const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
