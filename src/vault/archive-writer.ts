import { join } from 'node:path'
import { crashPoint } from '../durable/crash-point.js'
import { makeFolder, syncFolder } from '../durable/folder.js'
import { PART } from '../durable/whole-file.js'
import type { Log } from '../log.js'
import type { VaultSettings } from '../settings/settings.js'
import { tweetColumns, userColumns } from '../tweet/columns.js'
import { csvLine } from '../tweet/csv-line.js'
import type { MergedRow } from '../tweet/row.js'
import { archiveName, dayFolder, type ArchiveKind } from './archive-names.js'
import { ArchivePart } from './archive-part.js'
import { BlockPool } from './block-pool.js'
import type { ArchiveFile } from './book.js'
import { checkContent, checkFile, checkRows } from './checked-content.js'
import { compressor, type Compressor } from './compressor.js'
import { csvRowCounter, lineCounter } from './content-rows.js'
import { checkAscending, RowStore, type EncodedRows } from './encoded-rows.js'
import { ReadBack } from './read-back.js'
import { RejectedLines, type RejectedLine } from './rejected-lines.js'
import { Users } from './users.js'
import { XzBlocks } from './xz-blocks.js'
import { unzstd, ZstdStream } from './zstd-stream.js'

/** In the order in which the book names them. */
const kinds: readonly ArchiveKind[] = ['IDs', 'tweets', 'users', 'rejected', 'raw']

/** A file that is written, and read back as far as it lies there. */
interface Part {
  readonly file: ArchivePart<XzBlocks | ZstdStream>
  readonly readBack: ReadBack
}

/** What a finished writer has left as `.part`, ready to be committed. */
export interface WrittenArchive {
  /** In the order IDs, tweets, users, rejected, raw; only those that hold something. */
  readonly archive: ArchiveFile[]
  readonly users: number
  /** Who compressed it, for the book. */
  readonly compressor: string
}

/**
 * Start to write the archive files of one hour, as `.part` beside those of an earlier revision. Nothing appears before
 * there is something in it. Leaving the block that holds the writer before `finish` is done removes what it wrote.
 * @throws OperatorError where the compressor chosen does not work here
 */
export async function openArchive(options: {
  vault: VaultSettings
  hour: number
  log?: Log
  signal?: AbortSignal
}): Promise<ArchiveWriter> {
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
  readonly #parts = new Map<ArchiveKind, Part>()
  readonly #users = new Users()
  #rejected: RejectedLines | undefined
  #lastId: string | undefined
  #finished = false

  constructor(
    compressor: Compressor,
    { vault, hour, log, signal }: { vault: VaultSettings; hour: number; log?: Log; signal?: AbortSignal },
  ) {
    this.#compressor = compressor
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
    await (await this.#part('IDs')).file.write(ids, count)
    await (await this.#part('tweets')).file.write(tweets, count)
  }

  /** Take the next `count` lines as X sent them, each with its line end, by their tweets' IDs. */
  async raw(lines: Uint8Array, count: number): Promise<void> {
    if (count > 0) await (await this.#part('raw')).file.write(lines, count)
  }

  /** Take lines that could not be used, in any order. */
  async reject(lines: readonly RejectedLine[]): Promise<void> {
    if (lines.length === 0) return
    this.#rejected ??= await this.#openRejected()
    await this.#rejected.add(lines)
  }

  /**
   * Write what is left, sync everything, and read it back. The files then lie as `.part` until `commitHour`.
   * @throws DamagedArchiveError where what was read is not what was written
   */
  async finish(): Promise<WrittenArchive> {
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
    for (const { file, readBack } of this.#parts.values()) {
      await file.remove()
      await readBack.end().catch(() => undefined)
    }
    await this.#rejected?.remove()
    this.#rejected = undefined
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.abandon()
  }

  /** The file of this kind; the first to ask for it begins it, with its header. */
  async #part(kind: ArchiveKind): Promise<Part> {
    const known = this.#parts.get(kind)
    if (known) return known
    await makeFolder(this.#folder)
    const path = join(this.#folder, archiveName(this.#hour, kind))
    const part = kind === 'raw' ? await this.#openRaw(path) : await this.#openXz(path, kind)
    this.#parts.set(kind, part)
    if (kind === 'tweets') await part.file.write(Buffer.from(csvLine(tweetColumns)), 0)
    if (kind === 'users') await part.file.write(Buffer.from(csvLine(userColumns)), 0)
    return part
  }

  async #openXz(path: string, kind: ArchiveKind): Promise<Part> {
    const content = kind === 'raw' || kind === 'rejected' ? 'lines' : kind
    const counter = kind === 'tweets' || kind === 'users' ? csvRowCounter() : lineCounter()
    const readBack = new ReadBack(path + PART, this.#compressor, counter, this.#signal)
    const passed = (bytes: number) => {
      readBack.add(bytes)
    }
    return {
      file: await ArchivePart.open(path, (output) => new XzBlocks(this.#pool, content, output, passed)),
      readBack,
    }
  }

  async #openRaw(path: string): Promise<Part> {
    const readBack = new ReadBack(path + PART, { decompress: unzstd }, lineCounter(), this.#signal)
    return { file: await ArchivePart.open(path, (output) => new ZstdStream(output, this.#signal)), readBack }
  }

  async #writeUsers(): Promise<void> {
    if (!this.#parts.has('tweets')) return
    const { file } = await this.#part('users')
    for (const lines of this.#users.lines()) await file.write(Buffer.concat(lines), lines.length)
  }

  async #openRejected(): Promise<RejectedLines> {
    await makeFolder(this.#folder)
    return RejectedLines.open(join(this.#folder, `${archiveName(this.#hour, 'rejected')}.unsorted${PART}`))
  }

  async #writeRejected(): Promise<void> {
    if (!this.#rejected) return
    const { file } = await this.#part('rejected')
    for await (const line of this.#rejected.sorted()) await file.write(Buffer.from(line), 1)
    await this.#rejected.remove()
    this.#rejected = undefined
  }

  /** The largest rests are begun first, so that the cores come to their ends at about the same time. */
  async #finishParts(): Promise<ArchiveFile[]> {
    const parts = [...this.#parts].sort(([, a], [, b]) => b.file.encoder.pending - a.file.encoder.pending)
    const files = new Map(
      await Promise.all(parts.map(async ([kind, part]) => [kind, await this.#finishPart(kind, part)] as const)),
    )
    return kinds.flatMap((kind) => files.get(kind) ?? [])
  }

  async #finishPart(kind: ArchiveKind, { file, readBack }: Part): Promise<ArchiveFile> {
    const entry = await file.finish()
    crashPoint('archive-after-part')
    const path = file.path + PART
    await checkFile(path, entry)
    // zstd is one stream, which can be read back only once it is whole.
    if (kind === 'raw') readBack.add(entry.bytes)
    const { rows, sha256 } = await readBack.end()
    checkContent(path, entry, sha256)
    checkRows(path, entry, rows)
    crashPoint('archive-after-read-back')
    this.#log?.debug({ file: entry.name, bytes: entry.bytes, rows: entry.rows }, 'archive file written and read back')
    return entry
  }
}
