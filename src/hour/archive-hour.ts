import { archivedRejects, archivedRows } from '../vault/archived-rows.js'
import { openArchive, type ArchiveWriter } from '../vault/archive-writer.js'
import type { Book } from '../vault/book.js'
import { commitHour } from '../vault/commit.js'
import type { RejectedLine } from '../vault/rejected-lines.js'
import { hourName } from '../utc.js'
import { bookOfHour } from './book-of-hour.js'
import { collectorRejects, isCollectorReject, uniteRejects } from './collector-rejects.js'
import type { HourContext } from './hour-context.js'
import type { InputFile, Server } from './input-file.js'
import { mergeHour } from './merge-hour.js'
import { checkBalance, emptyTally, type Tally } from './tally.js'

/** What is to be archived: the inputs that the book does not have yet. */
export interface Due {
  readonly hour: number
  readonly book: Book | undefined
  readonly inputs: readonly InputFile[]
  readonly missing: readonly Server[]
}

/**
 * Merge an hour's inputs with what is archived of it already, write and read back its archive files, and commit its
 * book. Until the commit nothing of the earlier revision is touched.
 * @throws UnbalancedBooksError, DamagedArchiveError: the hour is left as it is
 */
export async function archiveHour({ hour, book, inputs, missing }: Due, context: HourContext): Promise<Book> {
  const { vault, version, clock, log, signal } = context
  const aside = await linesSetAside(hour, book, context)
  let opened: ArchiveWriter | undefined
  try {
    const open = async () => {
      opened = await openArchive({ vault, hour, log, signal })
      await opened.reject(aside)
      return { sink: opened, tally: tallyAtStart(book, aside) }
    }
    const archived = () => (book ? archivedRows(vault.folder, book, undefined, signal) : noRows())
    const { sink, tally, lines } = await mergeHour({ hour, files: inputs, archived }, open, signal)
    checkBalance(hourName(hour), tally)
    const { compressor, ...written } = await sink.finish()
    const next = bookOfHour({
      ...{ hour, redundant: context.redundant, previous: book, inputs, missing, tally, lines, nowMs: clock.now() },
      ...written,
      program: { version, compressor, preset: vault.xzPreset },
    })
    await commitHour(vault.folder, hour, next)
    return next
  } finally {
    // Does nothing after `finish`: from there on the vault's recovery decides about the `.part` files.
    await opened?.abandon()
  }
}

/** The hour's rejected lines but for those of the new inputs: archived before, and set aside by the collectors. */
async function linesSetAside(
  hour: number,
  book: Book | undefined,
  { spools, vault, signal }: HourContext,
): Promise<RejectedLine[]> {
  const lines: RejectedLine[] = []
  if (book) for await (const batch of archivedRejects(vault.folder, book, undefined, signal)) lines.push(...batch)
  const collected = await Promise.all(spools.map(({ folder, server }) => collectorRejects(folder, server, hour)))
  return uniteRejects(lines, collected.flat())
}

/** The counts of what is archived already, but for those that merging counts anew. */
function tallyAtStart(book: Book | undefined, aside: readonly RejectedLine[]): Tally {
  const tally = emptyTally()
  for (const server of [1, 2] as const) {
    const ofServer = aside.filter((line) => line.server === server)
    const before = book?.servers[server]
    tally.servers[server] = {
      lines: before?.lines ?? 0,
      distinct: 0,
      repeated: before?.repeated ?? 0,
      rejected: ofServer.length,
      rejectedByCollector: ofServer.filter(isCollectorReject).length,
    }
  }
  return tally
}

async function* noRows(): AsyncGenerator<never[]> {
  // An hour that was never archived has none.
}
