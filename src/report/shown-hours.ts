import { localTime, offsetOf } from '../local-time.js'
import { HOUR_MS, hourOfDay } from '../utc.js'

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
