import { DAY_MS, HOUR_MS, hourOfDay } from '../utc.js'

/** `13:00`, or `14:30` in a zone half an hour off; with `withOffset` `02:00+01:00`, for an hour that comes twice. */
export function localTime(ms: number, timezone: string, withOffset = false): string {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' }).format(ms)
  return withOffset ? time + offsetOf(ms, timezone) : time
}

/** `13:07:12` */
export const localSecond = (ms: number, timezone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: timezone, timeStyle: 'medium' }).format(ms)

/** Whether the clocks change within a day (from `ms` on) or just at its end. */
export const changesClocks = (ms: number, timezone: string): boolean =>
  offsetOf(ms, timezone) !== offsetOf(ms + DAY_MS, timezone)

/** `+01:00`; `+00:00` where it is UTC's. */
function offsetOf(ms: number, timezone: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' }).formatToParts(ms)
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value.replace('GMT', '')
  return offset === undefined || offset === '' ? '+00:00' : offset
}

/**
 * Hours of a day, as a person reads them: `00-02, 13`; in another zone than UTC with the local beginnings and ends:
 * `00-02 (01:00-04:00)`, and where the clocks change in between `00 (02:00+02:00-02:00+01:00)`. Ascending; neighbours become
 * one.
 */
export function shownHours(hours: readonly number[], timezone: string): string {
  return runs(hours)
    .map(([first, last]) => {
      const utc = first === last ? hourOfDay(first) : `${hourOfDay(first)}-${hourOfDay(last)}`
      if (timezone === 'UTC') return utc
      const end = last + HOUR_MS
      const changes = offsetOf(first, timezone) !== offsetOf(end, timezone)
      return `${utc} (${localTime(first, timezone, changes)}-${localTime(end, timezone, changes)})`
    })
    .join(', ')
}

/** First and last of each row of hours without a gap. */
function runs(hours: readonly number[]): [number, number][] {
  const found: [number, number][] = []
  for (const hour of hours) {
    const run = found.at(-1)
    if (run?.[1] === hour - HOUR_MS) run[1] = hour
    else found.push([hour, hour])
  }
  return found
}
