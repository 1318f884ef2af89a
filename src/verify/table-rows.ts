import { HOUR_MS, hourOf } from '../utc.js'

/** What `hours.csv` says, by hour (ms since 1970); lines that are none of its rows count to the hour `NaN`. */
export const hoursByHour = (text: string): Map<number, string> =>
  new Map(rowsOf(text).map((row): [number, string] => [Date.parse(row.slice(0, row.indexOf(','))), row]))

/** What `gaps.csv` says of each hour: its gaps, as far as they are in it. */
export function gapsByHour(text: string): Map<number, string> {
  const found = new Map<number, string>()
  for (const row of rowsOf(text)) {
    const [from = '', to = '', ...rest] = row.split(',')
    const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
    if (!(fromMs < toMs)) add(found, NaN, row)
    for (let hour = hourOf(fromMs); hour < toMs; hour += HOUR_MS)
      add(found, hour, [Math.max(fromMs, hour), Math.min(toMs, hour + HOUR_MS), ...rest].join(','))
  }
  for (const [hour, gaps] of found) found.set(hour, gaps.split('\n').sort().join('\n'))
  return found
}

const rowsOf = (text: string): string[] => text.split('\n').slice(1).filter(Boolean)

function add(found: Map<number, string>, hour: number, gap: string): void {
  const before = found.get(hour)
  found.set(hour, before === undefined ? gap : `${before}\n${gap}`)
}

/** The hours of which two tables say something else, ascending. */
export function differingHours(a: ReadonlyMap<number, string>, b: ReadonlyMap<number, string>): number[] {
  const hours = new Set([...a.keys(), ...b.keys()])
  return [...hours].filter((hour) => a.get(hour) !== b.get(hour)).sort((x, y) => x - y)
}
