import { join } from 'node:path'
import { makeFolder, syncFolder } from '../durable/folder.js'
import { PART } from '../durable/whole-file.js'
import type { Log } from '../log.js'
import type { VaultSettings } from '../settings/settings.js'
import { csvLine } from '../tweet/csv-line.js'
import type { MergedRow } from '../tweet/row.js'
import { archiveKinds, archiveName, dayFolder, type ArchiveKind } from './archive-names.js'
import { BlockPool } from './block-pool.js'
import type { ArchiveFile } from './book.js'
import { CheckedPart } from './checked-part.js'
import { compressor, type Compressor } from './compressor.js'
import { checkAscending, RowStore, type EncodedRows } from './encoded-rows.js'
import { KeptIds, type KeptContent } from './kept-content.js'
import { tableColumns } from './known-columns.js'
import { RejectedLines, type RejectedLine } from './rejected-lines.js'
import { rejectedRun, type RejectedRun } from './rejected-run.js'
import { nulLines } from './nul-lines.js'
import { unpairedLines } from './unpaired-lines.js'
import { Users } from './users.js'

/** What a finished writer has left as `.part`, ready to be committed. */
export interface WrittenArchive {
  /** In the order IDs, tweets, users, rejected, raw; only those that hold something. */
  readonly archive: ArchiveFile[]
  readonly users: number
  /** Who compressed it, for the book. */
  readonly compressor: string
}

export interface ArchiveOptions {
  readonly vault: VaultSettings
  readonly hour: number
  /** Only these are written; all where it is left out. */
  readonly only?: ReadonlySet<ArchiveKind>
  readonly kept?: KeptContent | undefined
  readonly log?: Log
  readonly signal?: AbortSignal
}

/**
 * Start to write the archive files of one hour, as `.part` beside those of an earlier revision. Nothing appears before
 * there is something in it. Leaving the block that holds the writer before `finish` is done removes what it wrote.
 * @throws OperatorError where the compressor chosen does not work here
 */
export async function openArchive(options: ArchiveOptions): Promise<ArchiveWriter> {
  const { xzPreset: preset, threads, compressor: choice } = options.vault
  return new ArchiveWriter(await compressor(choice, { preset, threads }), options)
}

export class ArchiveWriter implements AsyncDisposable {
  readonly #compressor: Compressor
  readonly #pool: BlockPool
  readonly #folder: string
  readonly #hour: number
  readonly #log: Log | undefined
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  readonly #parts = new Map<ArchiveKind, CheckedPart>()
  readonly #users = new Users()
  readonly #only: ReadonlySet<ArchiveKind> | undefined
  readonly #kept: KeptContent | undefined
  readonly #keptIds: KeptIds | undefined
  #rejectedLines: RejectedLines | undefined
  #unpaired = 0
  #withNul = 0
  #lastId: string | undefined
  #finished = false

  constructor(compressor: Compressor, { vault, hour, only, kept, log, signal }: ArchiveOptions) {
    this.#compressor = compressor
    this.#only = only
    this.#kept = kept
    this.#keptIds = kept && new KeptIds(kept.ids)
    this.#folder = dayFolder(vault.folder, hour)
    this.#hour = hour
    this.#log = log
    this.#signal = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal
    this.#pool = new BlockPool(compressor.threads, (block, content) =>
      compressor.compress(block, content, this.#signal),
    )
  }

  /** Take the next rows, by ID ascending within and across calls. Waits while the compressor has enough to do. */
  async tweets(rows: readonly MergedRow[]): Promise<void> {
    const store = new RowStore()
    const added = rows.map((row) => ({ row: store.add(row), servers: row.servers }))
    if (added.length > 0) await this.encoded(store.encode(added))
  }

  /** The same, for rows that are encoded already. */
  async encoded({ count, firstId, lastId, ids, tweets, users }: EncodedRows): Promise<void> {
    checkAscending(this.#lastId, firstId)
    this.#lastId = lastId
    this.#users.add(users)
    if (this.#keptIds) await this.#writeIds(await this.#keptIds.among(linesOf(ids)))
    else await this.#write('IDs', ids, count)
    await this.#write('tweets', tweets, count)
  }

  /** Take the next `count` lines as X sent them, each with its line end, by their tweets' IDs. */
  async raw(lines: Uint8Array, count: number): Promise<void> {
    this.#unpaired += unpairedLines(lines)
    this.#withNul += nulLines(lines)
    if (count > 0) await this.#write('raw', lines, count)
  }

  /** Take lines that could not be used, in any order. */
  reject(lines: readonly RejectedLine[]): Promise<void> {
    return this.rejected(rejectedRun(lines))
  }

  /** The same, for lines that are sorted and encoded already. */
  async rejected(run: RejectedRun): Promise<void> {
    if (run.count === 0 || !this.#isWritten('rejected')) return
    this.#rejectedLines ??= await this.#openRejected()
    await this.#rejectedLines.add(run)
  }

  /**
   * Write what is left, sync everything, and read it back. The files then lie as `.part` until `commitHour`.
   * @throws DamagedArchiveError where what was read is not what was written
   */
  async finish(): Promise<WrittenArchive> {
    if (this.#keptIds) await this.#writeIds(await this.#keptIds.rest())
    await this.#writeUsers()
    await this.#writeRejected()
    const archive = await this.#finishParts()
    if (archive.length > 0) await syncFolder(this.#folder)
    this.#finished = true
    return { archive, users: this.#users.count, compressor: this.#compressor.label }
  }

  /**
   * Stop, and remove everything that this writer has written. Once it is finished this does nothing: the files may be
   * committed, and if they are not, `recoverVault` removes them.
   */
  async abandon(): Promise<void> {
    if (this.#finished) return
    this.#stop.abort(new Error(`the archive of ${this.#folder} was abandoned`))
    for (const part of this.#parts.values()) await part.remove()
    await this.#rejectedLines?.remove()
    this.#rejectedLines = undefined
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.abandon()
  }

  /** The file of this kind; the first to ask for it begins it, with its header. */
  async #part(kind: ArchiveKind): Promise<CheckedPart> {
    const known = this.#parts.get(kind)
    if (known) return known
    await makeFolder(this.#folder)
    const path = join(this.#folder, archiveName(this.#hour, kind))
    const coders = { pool: this.#pool, compressor: this.#compressor, signal: this.#signal }
    const part = await CheckedPart.open(path, kind, coders)
    this.#parts.set(kind, part)
    const columns = tableColumns[kind]
    if (columns) await part.write(Buffer.from(csvLine(columns)), 0)
    return part
  }

  async #write(kind: ArchiveKind, content: Uint8Array, rows: number): Promise<void> {
    if (this.#isWritten(kind)) await (await this.#part(kind)).write(content, rows)
  }

  #isWritten(kind: ArchiveKind): boolean {
    return this.#only?.has(kind) ?? true
  }

  async #writeIds(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#write('IDs', Buffer.from(ids.map((id) => `${id}\n`).join('')), ids.length)
  }

  /** There is none where there is neither a tweet nor an author that is kept. */
  async #writeUsers(): Promise<void> {
    if (this.#kept) await this.#users.keep(this.#kept.users)
    if (this.#lastId === undefined && this.#users.count === 0) return
    for (const lines of this.#users.lines()) await this.#write('users', Buffer.concat(lines), lines.length)
    if (this.#isWritten('users')) await this.#part('users')
  }

  async #openRejected(): Promise<RejectedLines> {
    await makeFolder(this.#folder)
    return RejectedLines.open(join(this.#folder, `${archiveName(this.#hour, 'rejected')}.unsorted${PART}`))
  }

  async #writeRejected(): Promise<void> {
    if (!this.#rejectedLines) return
    const part = await this.#part('rejected')
    for await (const { bytes, count } of this.#rejectedLines.sorted()) await part.write(bytes, count)
    await this.#rejectedLines.remove()
    this.#rejectedLines = undefined
  }

  /** The largest rests are begun first, so that the cores come to their ends at about the same time. */
  async #finishParts(): Promise<ArchiveFile[]> {
    const parts = [...this.#parts].sort(([, a], [, b]) => b.pending - a.pending)
    const files = new Map(
      await Promise.all(parts.map(async ([kind, part]) => [kind, await this.#finishPart(kind, part)] as const)),
    )
    return archiveKinds.flatMap((kind) => files.get(kind) ?? [])
  }

  async #finishPart(kind: ArchiveKind, part: CheckedPart): Promise<ArchiveFile> {
    const columns = tableColumns[kind]
    const entry = {
      ...(await part.finish()),
      ...(columns && { columns }),
      ...(kind === 'raw' && { unpaired_lines: this.#unpaired, nul_lines: this.#withNul }),
    }
    this.#log?.debug({ file: entry.name, bytes: entry.bytes, rows: entry.rows }, 'archive file written and read back')
    return entry
  }
}

const linesOf = (text: Uint8Array): string[] => Buffer.from(text).toString('latin1').split('\n').slice(0, -1)
