import { archivedRejects } from '../vault/archived-rows.js'
import type { Book } from '../vault/book.js'
import type { RejectedLine } from '../vault/rejected-lines.js'
import { collectorRejects, isCollectorReject } from './collector-rejects.js'
import type { HourContext } from './hour-context.js'
import type { Server } from './input-file.js'

/** Rejected lines of a server, and those of them that its collector set aside. */
export interface AsideCounts {
  all: number
  byCollector: number
}

/**
 * Give out the hour's rejected lines but for those of the new inputs, in batches: archived before, and set aside by the
 * collectors. Answers how many they are.
 */
export async function linesSetAside(
  hour: number,
  book: Book | undefined,
  { spools, vault, signal, passedOver }: HourContext,
  take: (lines: readonly RejectedLine[]) => Promise<void>,
): Promise<Record<Server, AsideCounts>> {
  const counts = { 1: { all: 0, byCollector: 0 }, 2: { all: 0, byCollector: 0 } }
  const count = async (lines: readonly RejectedLine[]) => {
    for (const line of lines) {
      counts[line.server].all += 1
      if (isCollectorReject(line)) counts[line.server].byCollector += 1
    }
    await take(lines)
  }
  if (book) for await (const lines of archivedRejects(vault.folder, book, undefined, signal)) await count(lines)
  for (const { folder, server } of spools) {
    const known = counts[server].byCollector
    for await (const lines of collectorRejects(folder, server, { hour, known, tell: passedOver.tell }))
      await count(lines)
  }
  return counts
}
