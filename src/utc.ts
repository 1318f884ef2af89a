/**
 * UTC's minutes, hours and days: as numbers they are the ms since 1970 at which they begin, as names they stand in
 * folders and files. Names sort like time.
 */
export const SECOND_MS = 1000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

export const minuteOf = (ms: number): number => Math.floor(ms / MINUTE_MS) * MINUTE_MS
export const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS

/** `2026-11-21T13:07:12Z` */
export const isoSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}/, '')
/** `2026-11-21` */
export const dayName = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
/** `2026-11-21_13` */
export const hourName = (ms: number): string => new Date(ms).toISOString().slice(0, 13).replace('T', '_')
/** `2026-11-21_13-07` */
export const minuteName = (ms: number): string =>
  new Date(ms).toISOString().slice(0, 16).replace('T', '_').replace(':', '-')
/** `13`: an hour within its day. */
export const hourOfDay = (ms: number): string => new Date(ms).toISOString().slice(11, 13)

/** The day's beginning, or `undefined` where the text is no day's name. */
export const parseDayName = (text: string): number | undefined => parse(text, /^\d{4}-\d\d-\d\d$/, dayName, 'T00:00Z')

/** The hour's beginning, or `undefined` where the text is no hour's name. */
export const parseHourName = (text: string): number | undefined =>
  parse(text, /^\d{4}-\d\d-\d\d_\d\d$/, hourName, ':00Z')

/** The minute's beginning, or `undefined` where the text is no minute's name. */
export const parseMinuteName = (text: string): number | undefined =>
  parse(text, /^\d{4}-\d\d-\d\d_\d\d-\d\d$/, minuteName, 'Z')

function parse(text: string, shape: RegExp, name: (ms: number) => string, rest: string): number | undefined {
  if (!shape.test(text)) return undefined
  const ms = Date.parse(text.slice(0, 10) + text.slice(10).replace('_', 'T').replace('-', ':') + rest)
  return Number.isNaN(ms) || name(ms) !== text ? undefined : ms
}
