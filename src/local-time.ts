import { DAY_MS, isoSeconds } from './utc.js'

/** How times are shown to people in the zone of `[server] timezone`, an IANA name. On disk and in logs all is UTC. */

/** `13:00`, or `14:30` in a zone half an hour off; with `withOffset` `02:00+01:00`, for a time that comes twice. */
export const localTime = (ms: number, timezone: string, withOffset = false): string =>
  shown(ms, timezone, { hour: '2-digit', minute: '2-digit' }, withOffset)

/** `13:07:12`, or with `withOffset` `13:07:12+01:00` */
export const localSecond = (ms: number, timezone: string, withOffset = false): string =>
  shown(ms, timezone, { timeStyle: 'medium' }, withOffset)

/** `2026-11-21 14:07:12+01:00`, a moment that needs no other to be understood; `2026-11-21 13:07:12 UTC` in that zone. */
export function localMoment(ms: number, timezone: string): string {
  if (timezone === 'UTC') return isoSeconds(ms).replace('T', ' ').replace('Z', ' UTC')
  const date = new Intl.DateTimeFormat('sv', { timeZone: timezone, dateStyle: 'short' }).format(ms)
  return `${date} ${localSecond(ms, timezone, true)}`
}

/** Whether the clocks change within a day (from `ms` on) or just at its end. */
export const changesClocks = (ms: number, timezone: string): boolean =>
  offsetOf(ms, timezone) !== offsetOf(ms + DAY_MS, timezone)

/** `+01:00`; `+00:00` where it is UTC's. */
export function offsetOf(ms: number, timezone: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' }).formatToParts(ms)
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value.replace('GMT', '')
  return offset === undefined || offset === '' ? '+00:00' : offset
}

function shown(ms: number, timezone: string, parts: Intl.DateTimeFormatOptions, withOffset: boolean): string {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, ...parts }).format(ms)
  return withOffset ? time + offsetOf(ms, timezone) : time
}
