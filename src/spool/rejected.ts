import { isUtf8 } from 'node:buffer'
import { join } from 'node:path'
import { z } from 'zod'
import { crashPoint } from '../durable/crash-point.js'
import { dayOf, hourName, parseHourName } from '../utc.js'
import { appendLines, journalName, linesOf } from './journal.js'

const rejectedSchema = z.object({
  at: z.iso.datetime(),
  /** The hour to whose books it belongs: of its receipt, or of the file that it was found in. */
  hour: z.string(),
  reason: z.string(),
  /** The bytes as received: as text, or in base64 where they are no valid UTF-8. */
  line: z.string(),
  base64: z.literal(true).optional(),
  /** Where an adopted file held it; the same place twice is the same line. */
  from: z.object({ name: z.string(), offset: z.int() }).optional(),
})

/** A line that could not be filed. */
export type RejectedRecord = z.infer<typeof rejectedSchema>

export const REJECTED_FOLDER = 'rejected'

const MOST_BYTES_KEPT = 1 << 20

/** A record of `line`; of a line over 1 MiB, such as the NULs that a power cut leaves, the beginning is kept. */
export function rejectedRecord(
  line: Buffer,
  {
    hour,
    nowMs,
    reason,
    from,
  }: { hour: number; nowMs: number; reason: string; from?: { name: string; offset: number } },
): RejectedRecord {
  const kept = line.subarray(0, MOST_BYTES_KEPT)
  const text = isUtf8(kept)
  return {
    at: new Date(nowMs).toISOString(),
    hour: hourName(hour),
    reason: line.length > kept.length ? `${reason} (${line.length} bytes, cut)` : reason,
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

/** The lines of an hour that a collector could not file, in the order in which they were written, each once. */
export async function rejectedOfHour(spool: string, hour: number): Promise<RejectedRecord[]> {
  const found: RejectedRecord[] = []
  const places = new Set<string>()
  for await (const line of linesOf(join(spool, REJECTED_FOLDER, journalName(dayOf(hour))))) {
    const record = parseRecord(line)
    if (record?.hour !== hourName(hour)) continue
    const place = record.from && `${record.from.name}:${record.from.offset}`
    if (place === undefined || !places.has(place)) found.push(record)
    if (place !== undefined) places.add(place)
  }
  return found
}

function parseRecord(line: string): RejectedRecord | undefined {
  try {
    return rejectedSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
