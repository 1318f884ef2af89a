import type { Tell } from '../durable/strange-entry.js'
import { sealedSince } from '../spool/journal.js'
import type { Listing, SealedContent } from './input-file.js'

/** Hour's name -> file name -> contents. */
export type SealedFiles = ReadonlyMap<string, Listing>

/** What the journals of a spool say was sealed for the hours from `firstHour` on. */
export async function sealedFiles(spool: string, firstHour: number, tell?: Tell): Promise<SealedFiles> {
  const hours = new Map<string, Map<string, SealedContent[]>>()
  for await (const { hour, name, sha256, bytes, lines } of sealedSince(spool, firstHour, tell)) {
    const files = hours.get(hour) ?? new Map<string, SealedContent[]>()
    hours.set(hour, files.set(name, [...(files.get(name) ?? []), { sha256, bytes, lines }]))
  }
  return hours
}
