import { join } from 'node:path'
import type { Tell } from '../durable/strange-entry.js'
import { journalName } from '../spool/journal.js'
import { REJECTED_FOLDER, rejectedOfHour, rejectedText } from '../spool/rejected.js'
import { dayOf } from '../utc.js'
import type { RejectedLine } from '../vault/rejected-lines.js'
import type { Server } from './input-file.js'

/** As many are held at once, and of as many characters, with one line more. */
const BATCH = 1000
const BATCH_LENGTH = 1 << 20

/**
 * The lines of an hour that a server's collector could not file, in batches, but for the first `known`, which are archived.
 * `number` counts those of the hour.
 */
export async function* collectorRejects(
  spool: string,
  server: Server,
  { hour, known, tell }: { hour: number; known: number; tell: Tell },
): AsyncGenerator<RejectedLine[]> {
  const file = join(REJECTED_FOLDER, journalName(dayOf(hour)))
  let number = 0
  let batch: RejectedLine[] = []
  let length = 0
  for await (const record of rejectedOfHour(spool, hour, tell)) {
    number += 1
    if (number <= known) continue
    const line = rejectedText(record)
    batch.push({ server, file, number, reason: record.reason, line })
    length += line.length
    if (batch.length < BATCH && length < BATCH_LENGTH) continue
    yield batch
    batch = []
    length = 0
  }
  if (batch.length > 0) yield batch
}

/** Whether a collector set the line aside, and not the merge. */
export const isCollectorReject = ({ file }: RejectedLine): boolean => file.startsWith(`${REJECTED_FOLDER}/`)
