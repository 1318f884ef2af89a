import { isUtf8 } from 'node:buffer'
import { join } from 'node:path'
import { z } from 'zod'
import { crashPoint } from '../durable/crash-point.js'
import { dayOf, hourName, parseHourName } from '../utc.js'
import type { Tell } from '../durable/strange-entry.js'
import { appendLines, journalName } from './journal.js'
import { jsonLines } from './json-lines.js'

/** In characters. No collector writes more: millions of records are remembered by their places. */
const LONGEST_REASON = 1000
const LONGEST_NAME = 100

export const rejectedSchema = z.object({
  at: z.iso.datetime(),
  /** The hour to whose books it belongs: of its receipt, or of the file that it was found in. */
  hour: z.string(),
  reason: z.string().max(LONGEST_REASON),
  /** The bytes as received: as text, or in base64 where they are no valid UTF-8. */
  line: z.string(),
  base64: z.literal(true).optional(),
  /** Where an adopted file held it; the same place twice is the same line. */
  from: z.object({ name: z.string().max(LONGEST_NAME), offset: z.int() }).optional(),
})

/** A line that could not be filed. */
export type RejectedRecord = z.infer<typeof rejectedSchema>

export const REJECTED_FOLDER = 'rejected'

/** Of a line that is rejected, so much is kept. */
export const MOST_BYTES_KEPT = 1 << 20
/** Of a day; more is not read. */
const MOST_BYTES = 2 ** 32
/** So many places of an adoption are remembered, to see what a crash had written twice. */
const MOST_PLACES = 1_000_000

/** A record of `line`; of a line over 1 MiB, such as the NULs that a power cut leaves, the beginning is kept. */
export function rejectedRecord(
  line: Buffer,
  {
    hour,
    nowMs,
    reason,
    bytes = line.length,
    from,
  }: { hour: number; nowMs: number; reason: string; bytes?: number; from?: { name: string; offset: number } },
): RejectedRecord {
  const kept = line.subarray(0, MOST_BYTES_KEPT)
  const text = isUtf8(kept)
  return {
    at: new Date(nowMs).toISOString(),
    hour: hourName(hour),
    reason: bytes > kept.length ? `${reason} (${bytes} bytes, cut)` : reason,
    line: kept.toString(text ? 'utf8' : 'base64'),
    ...(text ? {} : { base64: true as const }),
    ...(from && { from }),
  }
}

/** Append records to the files of their hours' days; on the disk when this returns. */
export async function appendRejected(spool: string, records: readonly RejectedRecord[]): Promise<void> {
  const days = Map.groupBy(records, ({ hour }) => journalName(dayOf(parseHourName(hour) ?? 0)))
  crashPoint('rejected-before-write')
  for (const [name, ofDay] of days) await appendLines(join(spool, REJECTED_FOLDER), name, ofDay, 'rejected-after-write')
}

/**
 * The lines of an hour that a collector could not file, in the order in which they were written, each once.
 * @throws StrangeEntryError where the file is none that can be read, unless there is `tell`
 */
export async function* rejectedOfHour(spool: string, hour: number, tell?: Tell): AsyncGenerator<RejectedRecord> {
  const places = new Set<string>()
  const name = journalName(dayOf(hour))
  const file = { spool, folder: REJECTED_FOLDER, name, mostBytes: MOST_BYTES, having: hourName(hour) }
  for await (const record of jsonLines(file, rejectedSchema, tell)) {
    if (record.hour !== hourName(hour)) continue
    const place = record.from && `${record.from.name}:${record.from.offset}`
    if (place === undefined || !places.has(place)) yield record
    if (place !== undefined && places.size < MOST_PLACES) places.add(place)
  }
}

/** A record's line as text: bytes that are no UTF-8 are U+FFFD. No more of it than a collector keeps. */
export const rejectedText = ({ line, base64 }: RejectedRecord): string =>
  base64 ? Buffer.from(line, 'base64').toString('utf8', 0, MOST_BYTES_KEPT) : line.slice(0, MOST_BYTES_KEPT)
