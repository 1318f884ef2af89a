import { HOUR_MS, hourOfDay } from '../utc.js'

/** `13:00`, or `14:30` in a zone half an hour off: the local time at which an hour begins. */
export const localTime = (ms: number, timezone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' }).format(ms)

/**
 * Hours of a day, as a person reads them: `00-02, 13`; in another zone than UTC with the local beginnings and ends:
 * `00-02 (01:00-04:00)`. Ascending; neighbours become one.
 */
export function shownHours(hours: readonly number[], timezone: string): string {
  return runs(hours)
    .map(([first, last]) => {
      const utc = first === last ? hourOfDay(first) : `${hourOfDay(first)}-${hourOfDay(last)}`
      if (timezone === 'UTC') return utc
      return `${utc} (${localTime(first, timezone)}-${localTime(last + HOUR_MS, timezone)})`
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
