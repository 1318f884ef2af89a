import { join } from 'node:path'
import { dayName, hourOfDay, minuteName, parseMinuteName } from '../utc.js'

/** Which file of which minute: `number` 0 is the first, each later one holds lines that came after it was sealed. */
export interface MinuteId {
  /** The minute's beginning, ms since 1970. */
  readonly minute: number
  readonly number: number
}

const PREFIX = 'sampled_stream_'
const SHAPE = /^sampled_stream_(\d{4}-\d\d-\d\d_\d\d-\d\d)(?:\.([1-9]\d{0,8}))?\.jsonl(\.part)?$/

/** `sampled_stream_2026-11-21_13-07.jsonl`, later ones `….1.jsonl`. */
export const minuteFileName = ({ minute, number }: MinuteId): string =>
  `${PREFIX}${minuteName(minute)}${number === 0 ? '' : `.${number}`}.jsonl`

/** The other way round; `open` where the name ends in `.part`. `undefined` for strangers, which are left alone. */
export function parseMinuteFileName(name: string): (MinuteId & { open: boolean }) | undefined {
  const [, minuteText, number, part] = SHAPE.exec(name) ?? []
  const minute = minuteText === undefined ? undefined : parseMinuteName(minuteText)
  return minute === undefined ? undefined : { minute, number: Number(number ?? 0), open: part !== undefined }
}

/** `2026-11-21/13`: where an hour's minute files lie within a spool. */
export const hourFolder = (hour: number): string => join(dayName(hour), hourOfDay(hour))
