import { join } from 'node:path'
import { fileSize } from '../spool/spool-files.js'
import { dayFolder, parseArchiveName } from '../vault/archive-names.js'
import { archivedRejects } from '../vault/archived-rows.js'
import { openArchive, type ArchiveWriter } from '../vault/archive-writer.js'
import type { ArchiveFile, Book } from '../vault/book.js'
import { commitHour } from '../vault/commit.js'
import { DamagedArchiveError } from '../vault/damaged-archive-error.js'
import { leaveNotice } from '../vault/lost-notice.js'
import type { RejectedLine } from '../vault/rejected-lines.js'
import { fileFault } from './archive-content.js'
import type { MendContext } from './mend-context.js'
import { isWhole, mendedBook, type Salvaged } from './mended-book.js'
import { renewReceipt, withdrawReceipt } from './mended-receipt.js'
import { putAside } from './put-aside.js'
import { RowCounts } from './row-counts.js'
import { salvagedRows } from './salvaged-rows.js'

/**
 * Write an hour anew whose archive files are damaged. Where something was lost its receipt is withdrawn: server 2 then sends
 * again what it still keeps, and process-hour adds it. What else is lost stands in the book and in a notice.
 * @returns its new book; `undefined` where the hour is whole after all
 */
export async function mendHour(hour: number, book: Book, context: MendContext): Promise<Book | undefined> {
  const { vault, spool2, log, signal } = context
  const damaged = await damagedFiles(vault.folder, hour, book)
  if (damaged.size === 0) return undefined
  const aside = await putAside(vault.folder, hour, book.revision)
  await using writer = await openArchive({ vault, hour, log, signal })
  const salvaged = await salvage(hour, book, { writer, damaged, aside }, context)
  const next = mendedBook(book, salvaged)
  const whole = isWhole(book, salvaged)
  if (spool2 !== undefined && !whole) await withdrawReceipt(spool2, hour)
  if (!whole && next.lost) await leaveNotice(vault.folder, hour, next.lost, next.revisions)
  await commitHour(vault.folder, hour, next)
  if (spool2 !== undefined && whole) await renewReceipt(spool2, hour, next)
  return next
}

/** The names of those that are missing or not what was written. */
async function damagedFiles(vault: string, hour: number, { archive }: Book): Promise<ReadonlySet<string>> {
  const damaged = new Set<string>()
  for (const entry of archive)
    if ((await fileFault(join(dayFolder(vault, hour), entry.name), entry)) !== undefined) damaged.add(entry.name)
  return damaged
}

async function salvage(
  hour: number,
  book: Book,
  { writer, damaged, aside }: { writer: ArchiveWriter; damaged: ReadonlySet<string>; aside: string },
  { vault, reader, version, clock, signal }: MendContext,
): Promise<Salvaged> {
  const rows = new RowCounts()
  const tweets = fileOf(book, 'tweets')
  const path = tweets && join(dayFolder(vault.folder, hour), tweets.name)
  if (path !== undefined && (await fileSize(path)) !== undefined)
    for await (const batch of salvagedRows(path, reader, signal)) {
      rows.add(batch)
      await writer.tweets(batch)
    }
  const rejected = await readableRejects(vault.folder, book, signal)
  await writer.reject(rejected)
  const { archive, users, compressor } = await writer.finish()
  const raw = fileOf(book, 'raw')
  const keepsRaw = raw && !damaged.has(raw.name) && isWhole(book, { rows, rejected })
  return {
    ...{ rows, rejected, users, nowMs: clock.now() },
    archive: keepsRaw ? [...archive, raw] : archive,
    program: { version, compressor, preset: vault.xzPreset },
    cause: `${[...damaged].join(', ')} damaged, kept in ${aside}`,
  }
}

const fileOf = (book: Book, kind: 'tweets' | 'raw'): ArchiveFile | undefined =>
  book.archive.find(({ name }) => parseArchiveName(name)?.kind === kind)

/** All of them or none. */
async function readableRejects(vault: string, book: Book, signal: AbortSignal): Promise<RejectedLine[]> {
  const lines: RejectedLine[] = []
  try {
    for await (const batch of archivedRejects(vault, book, undefined, signal)) lines.push(...batch)
    return lines
  } catch (error) {
    if (!(error instanceof DamagedArchiveError)) throw error
    return []
  }
}
