import { sealedSince, type SealedEvent } from '../spool/journal.js'
import { minuteFiles } from '../spool/spool-files.js'
import { hourName } from '../utc.js'
import type { BookedInput } from '../vault/book.js'
import type { NoticedFile } from '../vault/lost-notice.js'
import { readableReceipt } from './mended-receipt.js'

/** A minute file that must have been archived. */
export type RecordedInput = Omit<BookedInput, 'revision'>

/** What journals and receipts tell of the minute files that an archived hour was made from. */
export interface OnRecord {
  readonly inputs: readonly RecordedInput[]
  /** The revision for which server 2 has a receipt; 0 where there is none. */
  readonly revision: number
}

/**
 * What is on record of an hour's minute files. Of server 1 those that its journal names, which are no longer in its spool and
 * not noticed as lost; of server 2 those that it has a receipt for, where its journal tells how many lines they have.
 */
export async function inputsOnRecord(
  hour: number,
  { spool1, spool2 }: { spool1: string; spool2: string | undefined },
  lost: readonly NoticedFile[],
): Promise<OnRecord> {
  const there = new Set((await minuteFiles(spool1, hour)).map(({ name }) => name))
  const isLost = (sha256: string) => lost.some((file) => file.sha256 === sha256)
  const first = [...(await sealedOf(spool1, hour)).values()].filter(
    ({ name, sha256 }) => !there.has(name) && !isLost(sha256),
  )
  const receipt = spool2 === undefined ? undefined : await readableReceipt(spool2, hour)
  const answered = new Set(receipt?.files.map(({ sha256 }) => sha256))
  const sealed2 = spool2 === undefined ? [] : [...(await sealedOf(spool2, hour)).values()]
  const second = sealed2.filter(({ sha256 }) => answered.has(sha256))
  return {
    inputs: [...first.map((event) => recorded(1, event)), ...second.map((event) => recorded(2, event))],
    revision: receipt?.revision ?? 0,
  }
}

/** An hour's files by name; of one that was sealed again after a crash, what was sealed last. */
async function sealedOf(spool: string, hour: number): Promise<Map<string, SealedEvent>> {
  const files = new Map<string, SealedEvent>()
  for await (const event of sealedSince(spool, hour)) if (event.hour === hourName(hour)) files.set(event.name, event)
  return files
}

const recorded = (server: 1 | 2, { name, bytes, lines, sha256 }: SealedEvent): RecordedInput => ({
  ...{ server, name, bytes, lines, sha256 },
  listed: true,
})
