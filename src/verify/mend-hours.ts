import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.js'
import { syncFolder } from '../durable/folder.js'
import { takeLock } from '../durable/lock.js'
import type { Log } from '../log.js'
import { ExitCode, OperatorError } from '../operator-error.js'
import { writeDayReport } from '../report/write-day-report.js'
import type { VaultSettings } from '../settings/settings.js'
import { readReceipt, RECEIPTS_FOLDER, receiptName, writeReceipt } from '../spool/receipt.js'
import { fileSize } from '../spool/spool-files.js'
import { dayOf, hourName } from '../utc.js'
import { dayFolder, parseArchiveName } from '../vault/archive-names.js'
import { archivedRejects } from '../vault/archived-rows.js'
import { openArchive, type ArchiveWriter } from '../vault/archive-writer.js'
import { readBook, type ArchiveFile, type Book } from '../vault/book.js'
import { commitHour, recoverVault } from '../vault/commit.js'
import { DamagedArchiveError } from '../vault/damaged-archive-error.js'
import type { RejectedLine } from '../vault/rejected-lines.js'
import { fileFault, type Reader } from './archive-content.js'
import { isWhole, mendedBook, type Salvaged } from './mended-book.js'
import { putAside } from './put-aside.js'
import { salvagedRows } from './salvaged-rows.js'

export interface MendContext {
  readonly vault: VaultSettings
  /** Server 2's spool on this server, where there are two. */
  readonly spool2: string | undefined
  readonly redundant: boolean
  readonly reader: Reader
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Write damaged hours anew from what of them can be read, as a new revision; the damaged files are kept beside it. Where
 * something was lost the hour's receipt is withdrawn: server 2 then sends again what it still keeps, and process-hour adds
 * it. A crash leaves an hour as it was, or mended. @returns what was done, a line an hour
 * @throws OperatorError with exit code 75 while process-hour is at work
 */
export async function mendHours(hours: readonly number[], context: MendContext): Promise<string[]> {
  const { folder } = context.vault
  await using lock = await takeLock(folder, 'process-hour')
  if (!lock)
    throw new OperatorError(
      `nothing is mended: process-hour is at work on ${folder}; run verify --mend again after it`,
      {
        exitCode: ExitCode.temporary,
      },
    )
  await recoverVault(folder)
  const done: string[] = []
  for (const hour of hours) {
    const mended = await mendHour(hour, context)
    if (mended) done.push(`${hourName(hour)}: revision ${mended.revision}: ${mended.revisions.at(-1)?.change ?? ''}`)
  }
  return done
}

/** `undefined` where the hour is whole after all. */
async function mendHour(hour: number, context: MendContext): Promise<Book | undefined> {
  const { vault, spool2, redundant, log, signal } = context
  const book = await readBook(vault.folder, hour)
  if (!book) return undefined
  const damaged = await damagedFiles(vault.folder, hour, book)
  if (damaged.size === 0) return undefined
  const aside = await putAside(vault.folder, hour, book)
  await using writer = await openArchive({ vault, hour, log, signal })
  const salvaged = await salvage(hour, book, { writer, damaged, aside }, context)
  const next = mendedBook(book, salvaged)
  if (spool2 !== undefined && !isWhole(book, salvaged)) await withdrawReceipt(spool2, hour)
  await commitHour(vault.folder, hour, next)
  if (spool2 !== undefined && isWhole(book, salvaged)) await renewReceipt(spool2, hour, next)
  log.warn({ hour: hourName(hour), revision: next.revision, kept: aside }, next.revisions.at(-1)?.change ?? '')
  await writeDayReport({ vaultFolder: vault.folder, day: dayOf(hour), redundant }, log)
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
  const rows = { '1': 0, '2': 0, '12': 0 }
  const tweets = fileOf(book, 'tweets')
  const path = tweets && join(dayFolder(vault.folder, hour), tweets.name)
  if (path !== undefined && (await fileSize(path)) !== undefined)
    for await (const batch of salvagedRows(path, reader, signal)) {
      for (const { servers } of batch) rows[servers] += 1
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

async function withdrawReceipt(spool2: string, hour: number): Promise<void> {
  const folder = join(spool2, RECEIPTS_FOLDER)
  await rm(join(folder, receiptName(hour)), { force: true })
  await syncFolder(folder).catch(() => undefined)
}

/** The same files, in the new revision. */
async function renewReceipt(spool2: string, hour: number, { revision }: Book): Promise<void> {
  const receipt = await readReceipt(spool2, hour)
  if (receipt) await writeReceipt(spool2, hour, { ...receipt, revision })
}
