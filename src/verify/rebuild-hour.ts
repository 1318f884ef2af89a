import { join } from 'node:path'
import type { MergedRow } from '../tweet/row.js'
import { archiveName, dayFolder, type ArchiveKind } from '../vault/archive-names.js'
import { openArchive, type ArchiveWriter } from '../vault/archive-writer.js'
import type { ArchiveFile, Book } from '../vault/book.js'
import { commitHour } from '../vault/commit.js'
import { archiveFilesThere } from '../vault/lost-book.js'
import { noticedFiles } from '../vault/lost-notice.js'
import type { RejectedLine } from '../vault/rejected-lines.js'
import { inputsOnRecord } from './inputs-on-record.js'
import { keptRaw } from './kept-raw.js'
import type { MendContext } from './mend-context.js'
import { lastPutAside, putAside } from './put-aside.js'
import { rebuiltBook } from './rebuilt-book.js'
import { RowCounts } from './row-counts.js'
import { UnmendableHourError, wholeLines, wholeRejects, wholeRows } from './whole-rows.js'

/**
 * Make the book of an hour anew, from its archive files and what journals and receipts tell of its minute files; the archive
 * files are written anew with it. What lay there is kept beside it.
 * @throws UnmendableHourError where the tweets are not whole either: the hour is left as it is
 */
export async function rebuildHour(hour: number, cause: 'damaged' | 'gone', context: MendContext): Promise<Book> {
  const { vault, redundant, rejudge, version, clock, log, signal } = context
  await using writer = await openArchive({ vault, hour, log, signal })
  const copied = await copyArchive(hour, writer, context)
  const lost = await noticedFiles(vault.folder, hour)
  const onRecord = await inputsOnRecord(hour, context, lost)
  const before = Math.max(1, onRecord.revision, await lastPutAside(vault.folder, hour))
  const aside = await putAside(vault.folder, hour, before)
  const { archive, users, compressor } = await writer.finish()
  const rebuilt = rebuiltBook({
    ...{ hour, redundant, revision: before + 1, lost, users, ...copied },
    archive: copied.raw ? [...archive, copied.raw] : archive,
    inputs: onRecord.inputs,
    program: { version, compressor, preset: vault.xzPreset },
    nowMs: clock.now(),
    cause: `${cause}; all that lay there is kept in ${aside}`,
  })
  const book = await rejudge(rebuilt)
  await commitHour(vault.folder, hour, book)
  return book
}

interface Copied {
  readonly rows: RowCounts
  readonly rejected: readonly RejectedLine[]
  /** Its kept lines stay as they are. */
  readonly raw: ArchiveFile | undefined
  /** The names of files that are there and cannot be read. */
  readonly unread: string[]
}

/** Write the archive anew from its tweets, its rejected lines and, as a check of the tweets, its IDs. */
async function copyArchive(hour: number, writer: ArchiveWriter, context: MendContext): Promise<Copied> {
  const { vault, reader, signal } = context
  const there = new Set(await archiveFilesThere(vault.folder, hour))
  const path = (kind: ArchiveKind) => join(dayFolder(vault.folder, hour), archiveName(hour, kind))
  if (!there.has(archiveName(hour, 'tweets'))) throw new UnmendableHourError(`${path('tweets')} is missing`)
  const listed = await wholeLines(path('IDs'), reader, signal)
  const wanted = new Set(listed)
  const rows = new RowCounts()
  for await (const batch of wholeRows(path('tweets'), reader, signal)) {
    rows.add(batch)
    strike(wanted, batch)
    await writer.tweets(batch)
  }
  if (wanted.size > 0)
    throw new UnmendableHourError(`${path('tweets')} lacks ${wanted.size} tweets that ${path('IDs')} names`)
  const rejected = await wholeRejects(path('rejected'), reader, signal)
  await writer.reject(rejected ?? [])
  const raw = await keptRaw(path('raw'), signal)
  const found = { rejected, raw }
  const unread = (['rejected', 'raw'] as const)
    .filter((kind) => found[kind] === undefined)
    .map((kind) => archiveName(hour, kind))
    .filter((name) => there.has(name))
  return { rows, rejected: rejected ?? [], raw, unread }
}

function strike(wanted: Set<string>, rows: readonly MergedRow[]): void {
  for (const { id } of rows) wanted.delete(id)
}
