import { join } from 'node:path'
import { BATCH_NAME } from '../spool/batch.js'
import { hourFolder } from '../spool/minute-name.js'
import { parseArchiveName } from '../vault/archive-names.js'
import { archivedLines, archivedRows, keptContent } from '../vault/archived-rows.js'
import { openArchive, type ArchiveWriter } from '../vault/archive-writer.js'
import type { Book } from '../vault/book.js'
import { checkBookedColumns } from '../vault/known-columns.js'
import { commitHour } from '../vault/commit.js'
import { coresFor } from '../vault/compressor.js'
import type { VaultSettings } from '../settings/settings.js'
import { HOUR_MS, hourName } from '../utc.js'
import { bookOfHour } from './book-of-hour.js'
import { BucketWorkers, ownThread, type BucketMerger } from './bucket-workers.js'
import type { ArchiveContext, HourContext } from './hour-context.js'
import { listenedBook } from './listening/listened-book.js'
import type { LostSource } from './hour-stock.js'
import type { InputFile, Server } from './input-file.js'
import { linesSetAside, type AsideCounts } from './lines-set-aside.js'
import { mergeHour, type BucketProgress, type HourSources, type LinesRead, type Sink } from './merge-hour.js'
import { checkBalance, checkSealed, emptyTally, UnbalancedBooksError, type CountedFile, type Tally } from './tally.js'

/** What is to be archived: the inputs that the book does not have yet. */
export interface Due {
  readonly hour: number
  readonly book: Book | undefined
  readonly inputs: readonly InputFile[]
  readonly missing: readonly Server[]
  /** What journal and batch say was sealed. */
  readonly sealed: readonly CountedFile[]
  /** Files of server 1 that it goes ahead without. */
  readonly lost: readonly LostSource[]
}

/**
 * Merge an hour's inputs with what is archived of it already, write and read back its archive files, and commit its
 * book. Until the commit nothing of the earlier revision is touched.
 * @throws UnbalancedBooksError, DamagedArchiveError, UnknownColumnsError: the hour is left as it is
 */
export async function archiveHour(due: Due, context: ArchiveContext, progress: BucketProgress): Promise<Book> {
  const { hour, book, inputs, missing, lost } = due
  const { vault, version, clock, log, signal } = context
  if (book) checkBookedColumns(book)
  let opened: ArchiveWriter | undefined
  try {
    const open = async () => {
      const kept = book && keptContent(vault.folder, book, signal)
      const sink = (opened = await openArchive({ vault, hour, kept, log, signal }))
      const aside = await linesSetAside(hour, book, context, (lines) => sink.reject(lines))
      return { sink, tally: tallyAtStart(book, aside) }
    }
    const archived = () => (book ? archivedRows(vault.folder, book, undefined, signal) : nothing())
    const keptLines = () => (book ? archivedLines(vault.folder, book, signal) : nothing())
    const sources = { hour, files: inputs, archived, keptLines: keepsLines(vault, book) ? keptLines : undefined }
    const { sink, tally, lines } = await mergeOnThreads(sources, open, vault.threads, progress, signal)
    checkBalance(hourName(hour), tally)
    checkSealedLines(due, lines, context)
    const { compressor, ...written } = await sink.finish()
    const made = bookOfHour({
      ...{
        hour,
        redundant: context.redundant,
        previous: book,
        inputs,
        missing,
        lost,
        tally,
        lines,
        nowMs: clock.now(),
      },
      ...written,
      program: { version, compressor, preset: vault.xzPreset },
    })
    const next = listenedBook(made, context.listenings, clock.now(), book?.listening)
    await commitHour(vault.folder, hour, next)
    return next
  } finally {
    // Does nothing after `finish`: from there on the vault's recovery decides about the `.part` files.
    await opened?.abandon()
  }
}

/**
 * Hold what was sealed against what was read. Server 2's batch may say what it likes of a file's lines, whose bytes are the listed
 * ones: while server 2 is waited for that is a hole in the books, then it is told, and the hour goes on.
 * @throws UnbalancedBooksError
 */
function checkSealedLines(due: Due, lines: LinesRead, { spools, clock, waitMs, passedOver }: HourContext): void {
  const name = hourName(due.hour)
  const sealed = sealedToHave(due)
  const read = taken(due, lines)
  const isPatient = clock.now() < due.hour + HOUR_MS + waitMs
  checkSealed(name, isPatient ? sealed : sealed.filter(({ server }) => server === 1), read)
  try {
    checkSealed(name, sealed, read)
  } catch (error) {
    if (!(error instanceof UnbalancedBooksError)) throw error
    const batch = join(spools[1]?.folder ?? '', hourFolder(due.hour), BATCH_NAME)
    passedOver.tell({ path: batch, fault: `does not say how many lines its files have: ${error.equation}` })
  }
}

/** The files of which the archive then has every line: those that were read, and those of the earlier revisions. */
const taken = ({ inputs, book }: Due, lines: LinesRead): CountedFile[] => [
  ...inputs.map((input) => ({ ...input, lines: lines.get(input.path) ?? 0 })),
  ...(book?.inputs ?? []),
]

/** All that was sealed but for what is given up now. */
const sealedToHave = ({ sealed, lost }: Due): CountedFile[] =>
  sealed.filter(({ server, sha256 }) => server === 2 || !lost.some((file) => file.sha256 === sha256))

/** The counts of what is archived already, but for those that merging counts anew. */
function tallyAtStart(book: Book | undefined, aside: Record<Server, AsideCounts>): Tally {
  const tally = emptyTally()
  for (const server of [1, 2] as const) {
    const before = book?.servers[server]
    tally.servers[server] = {
      lines: before?.lines ?? 0,
      distinct: 0,
      repeated: before?.repeated ?? 0,
      rejected: aside[server].all,
      rejectedByCollector: aside[server].byCollector,
    }
  }
  return tally
}

/** Threads cost some 50 ms to begin with: too much for an hour of little. */
const WORTH_THREADS_BYTES = 8 << 20

/** The threads are ended before the archive's last blocks are compressed and read back: by then they only cost memory. */
async function mergeOnThreads<Into extends Sink>(
  sources: HourSources,
  open: () => Promise<{ sink: Into; tally: Tally }>,
  threads: number,
  progress: BucketProgress,
  signal: AbortSignal,
) {
  await using merger = mergerFor(sources.files, threads)
  return await mergeHour(sources, open, merger, progress, signal)
}

function mergerFor(inputs: readonly InputFile[], threads: number): BucketMerger {
  const bytes = inputs.reduce((sum, input) => sum + input.bytes, 0)
  const cores = coresFor(threads)
  return cores === 1 || bytes < WORTH_THREADS_BYTES ? ownThread() : new BucketWorkers(cores)
}

/** What was kept once goes on being kept: an hour that is opened again loses nothing. */
const keepsLines = ({ keepRaw }: VaultSettings, book: Book | undefined): boolean =>
  keepRaw || (book?.archive.some(({ name }) => parseArchiveName(name)?.kind === 'raw') ?? false)

async function* nothing(): AsyncGenerator<never[]> {
  // An hour that was never archived has none.
}
