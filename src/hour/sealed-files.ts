import { journalDays, readJournal } from '../spool/journal.js'
import { dayOf } from '../utc.js'
import type { Listing } from './input-file.js'

/** Hour's name -> file name -> hashes. */
export type SealedFiles = ReadonlyMap<string, Listing>

/** What the journals of a spool say was sealed for the hours from `firstHour` on. A file may be sealed on a later day. */
export async function sealedFiles(spool: string, firstHour: number): Promise<SealedFiles> {
  const hours = new Map<string, Map<string, string[]>>()
  for (const day of await journalDays(spool)) {
    if (day < dayOf(firstHour)) continue
    for await (const event of readJournal(spool, day)) {
      if (event.event !== 'sealed') continue
      const files = hours.get(event.hour) ?? new Map<string, string[]>()
      hours.set(event.hour, files.set(event.name, [...(files.get(event.name) ?? []), event.sha256]))
    }
  }
  return hours
}
