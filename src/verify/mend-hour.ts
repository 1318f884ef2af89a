import { join } from 'node:path'
import { OperatorError } from '../operator-error.js'
import type { MergedRow } from '../tweet/row.js'
import { archiveKinds, archiveName, dayFolder, type ArchiveKind } from '../vault/archive-names.js'
import { archivedRejects, archivedRows } from '../vault/archived-rows.js'
import { openArchive, type ArchiveWriter } from '../vault/archive-writer.js'
import type { ArchiveFile, Book } from '../vault/book.js'
import { commitHour } from '../vault/commit.js'
import { checkBookedColumns, headerOfTweets } from '../vault/known-columns.js'
import { leaveNotice } from '../vault/lost-notice.js'
import { entryOf } from '../vault/lost-rows.js'
import type { RejectedLine } from '../vault/rejected-lines.js'
import { fileSize } from '../spool/spool-files.js'
import { fileFault } from './archive-content.js'
import type { MendContext } from './mend-context.js'
import { isWhole, mendedBook, type Salvaged } from './mended-book.js'
import { withdrawReceipt } from './mended-receipt.js'
import { putAside } from './put-aside.js'
import { RowCounts } from './row-counts.js'
import { salvagedRows } from './salvaged-rows.js'

/** An hour after it was mended. */
export interface MendedHour {
  readonly book: Book
  /** Whether its receipt still holds, and is to name the new revision. */
  readonly isWhole: boolean
}

/**
 * Write the damaged archive files of an hour anew; those that are whole stay as they are. Where something was lost its receipt
 * is withdrawn: server 2 then sends again what it still keeps, and process-hour adds it. What else is lost stands in the
 * book and in a notice.
 * @returns `undefined` where the hour is whole after all
 * @throws OperatorError where a file cannot be read, and may be whole; UnknownColumnsError: the hour is left as it is
 */
export async function mendHour(hour: number, book: Book, context: MendContext): Promise<MendedHour | undefined> {
  const { vault, spool2, log, signal } = context
  const damaged = await damagedKinds(vault.folder, hour, book)
  if (damaged.size === 0) return undefined
  checkBookedColumns(book)
  const aside = await putAside(vault.folder, hour, book.revision)
  await using writer = await openArchive({ vault, hour, only: damaged, log, signal })
  const salvaged = await salvage(hour, book, { writer, damaged, aside }, context)
  const next = mendedBook(book, salvaged)
  const whole = isWhole(book, salvaged)
  if (spool2 !== undefined && !whole) await withdrawReceipt(spool2, hour)
  if (!whole && next.lost) await leaveNotice(vault.folder, hour, next.lost, next.revisions)
  await commitHour(vault.folder, hour, next)
  return { book: next, isWhole: whole }
}

/** Of those files that are missing or not what was written. */
async function damagedKinds(vault: string, hour: number, book: Book): Promise<ReadonlySet<ArchiveKind>> {
  const damaged = new Set<ArchiveKind>()
  for (const kind of archiveKinds) {
    const entry = entryOf(book, kind)
    const path = join(dayFolder(vault, hour), archiveName(hour, kind))
    const fault = entry && (await fileFault(path, entry))
    if (fault?.isDamaged) damaged.add(kind)
    else if (fault) throw new OperatorError(`${path} ${fault.text}: whether it is damaged is not known`)
  }
  return damaged
}

async function salvage(
  hour: number,
  book: Book,
  { writer, damaged, aside }: { writer: ArchiveWriter; damaged: ReadonlySet<ArchiveKind>; aside: string },
  context: MendContext,
): Promise<Salvaged> {
  const { vault, version, clock } = context
  const rows = new RowCounts()
  for await (const batch of readableRows(hour, book, damaged, context)) {
    rows.add(batch)
    await writer.tweets(batch)
  }
  const rejected = damaged.has('rejected') ? [] : await rejectsOf(book, context)
  const { archive: written, compressor } = await writer.finish()
  const archive = archiveKinds.flatMap((kind) => entryOf({ archive: written }, kind) ?? stays(book, kind, damaged))
  return {
    ...{ rows, rejected, archive, nowMs: clock.now() },
    users: entryOf({ archive }, 'users')?.rows ?? 0,
    program: { version, compressor, preset: vault.xzPreset },
    cause: `${[...damaged].map((kind) => archiveName(hour, kind)).join(', ')} damaged, kept in ${aside}`,
  }
}

const stays = (book: Book, kind: ArchiveKind, damaged: ReadonlySet<ArchiveKind>): ArchiveFile[] => {
  const entry = entryOf(book, kind)
  return entry && !damaged.has(kind) ? [entry] : []
}

async function* readableRows(
  hour: number,
  book: Book,
  damaged: ReadonlySet<ArchiveKind>,
  { vault, reader, signal }: MendContext,
): AsyncGenerator<MergedRow[]> {
  const path = join(dayFolder(vault.folder, hour), archiveName(hour, 'tweets'))
  if (!damaged.has('tweets')) yield* archivedRows(vault.folder, book, reader, signal)
  else if ((await fileSize(path)) !== undefined)
    yield* salvagedRows(path, headerOfTweets(entryOf(book, 'tweets')), reader, signal)
}

async function rejectsOf(book: Book, { vault, reader, signal }: MendContext): Promise<RejectedLine[]> {
  return (await Array.fromAsync(archivedRejects(vault.folder, book, reader, signal))).flat()
}
