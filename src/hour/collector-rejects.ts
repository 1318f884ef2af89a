import { join } from 'node:path'
import { journalName } from '../spool/journal.js'
import { REJECTED_FOLDER, rejectedOfHour } from '../spool/rejected.js'
import { dayOf } from '../utc.js'
import type { RejectedLine } from '../vault/rejected-lines.js'
import type { Server } from './input-file.js'

/** The lines of an hour that a server's collector could not file; `number` counts those of the hour. */
export async function collectorRejects(spool: string, server: Server, hour: number): Promise<RejectedLine[]> {
  const file = join(REJECTED_FOLDER, journalName(dayOf(hour)))
  const records = await rejectedOfHour(spool, hour)
  return records.map(({ reason, line }, index) => ({ server, file, number: index + 1, reason, line }))
}

/** Whether a collector set the line aside, and not the merge. */
export const isCollectorReject = ({ file }: RejectedLine): boolean => file.startsWith(`${REJECTED_FOLDER}/`)

/** Both lists together, each line (server, file, number) once. */
export function uniteRejects(first: readonly RejectedLine[], second: readonly RejectedLine[]): RejectedLine[] {
  const key = ({ server, file, number }: RejectedLine) => `${server} ${file} ${number}`
  return [...new Map([...first, ...second].map((line) => [key(line), line])).values()]
}
