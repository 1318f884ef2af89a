import { HOUR_MS, hourName } from '../utc.js'
import { bookedHours, readableNames } from '../vault/booked-hours.js'
import { dayFolder, hourOfName } from '../vault/archive-names.js'
import { vaultDays } from './check-day.js'
import type { Finding } from './finding.js'

/**
 * The hours that have no book, from the collection's `beginning` to `last`, neighbours in one line; where that is not given, from
 * the first hour of which the vault has a file. `isWanted` tells whether an hour is to be looked at.
 */
export async function missingHours(
  vault: string,
  { beginning, last }: { beginning: number | undefined; last: number },
  isWanted: (hour: number) => boolean,
): Promise<Finding[]> {
  const booked = new Set(await bookedHours(vault, readableNames))
  const runs: { first: number; last: number }[] = []
  const first = beginning ?? (await firstHour(vault)) ?? Infinity
  for (let hour = first; hour <= last; hour += HOUR_MS) {
    if (booked.has(hour) || !isWanted(hour)) continue
    const run = runs.at(-1)
    if (run?.last === hour - HOUR_MS) run.last = hour
    else runs.push({ first: hour, last: hour })
  }
  return runs.map((run) => {
    const count = (run.last - run.first) / HOUR_MS + 1
    return count === 1
      ? { place: hourName(run.first), text: 'not archived: no book' }
      : { place: `${hourName(run.first)} to ${hourName(run.last)}`, text: `not archived: no book of ${count} hours` }
  })
}

async function firstHour(vault: string): Promise<number | undefined> {
  for (const day of await vaultDays(vault)) {
    const hours = (await readableNames(dayFolder(vault, day))).map(hourOfName).filter((hour) => hour !== undefined)
    if (hours.length > 0) return Math.min(...hours)
  }
  return undefined
}
