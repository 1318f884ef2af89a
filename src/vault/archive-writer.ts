import { join } from 'node:path'
import { makeFolder, syncFolder } from '../durable/folder.js'
import { PART } from '../durable/whole-file.js'
import type { Log } from '../log.js'
import type { VaultSettings } from '../settings/settings.js'
import { tweetColumns, userColumns } from '../tweet/columns.js'
import { csvLine } from '../tweet/csv-line.js'
import type { MergedRow } from '../tweet/row.js'
import { compareIds } from '../tweet/snowflake.js'
import { archiveName, dayFolder, type ArchiveKind } from './archive-names.js'
import { ArchivePart } from './archive-part.js'
import type { ArchiveFile } from './book.js'
import { checkedContent, checkRows } from './checked-content.js'
import { compressor, type Compressor } from './compressor.js'
import { csvRowCounter, lineCounter } from './content-rows.js'
import { RejectedLines, type RejectedLine } from './rejected-lines.js'
import { Users } from './users.js'

const ROWS_AT_ONCE = 1000

/** What a finished writer has left as `.part`, ready to be committed. */
export interface WrittenArchive {
  /** In the order IDs, tweets, users, rejected; only those that hold something. */
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
  readonly #folder: string
  readonly #hour: number
  readonly #log: Log | undefined
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  readonly #parts = new Map<ArchiveKind, ArchivePart>()
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
  }

  /** Take the next rows, by ID ascending within and across calls. Waits while the compressor has enough to do. */
  async tweets(rows: readonly MergedRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) await this.#someTweets(rows.slice(at, at + ROWS_AT_ONCE))
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
    const kinds: ArchiveKind[] = ['IDs', 'tweets', 'users', 'rejected']
    const parts = kinds.flatMap((kind) => [this.#parts.get(kind)].flatMap((part) => (part ? [{ kind, part }] : [])))
    const archive = await Promise.all(parts.map(({ kind, part }) => this.#finishPart(kind, part)))
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
    await this.#rejected?.remove()
    this.#rejected = undefined
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.abandon()
  }

  async #someTweets(rows: readonly MergedRow[]): Promise<void> {
    let ids = ''
    let lines = ''
    for (const row of rows) {
      this.#checkOrder(row.id)
      this.#users.see(row)
      ids += row.id + '\n'
      lines += csvLine([...row.cells, row.servers])
    }
    const [idsPart, tweetsPart] = [await this.#part('IDs'), await this.#part('tweets')]
    await Promise.all([idsPart.write(ids, rows.length), tweetsPart.write(lines, rows.length)])
  }

  #checkOrder(id: string): void {
    if (this.#lastId !== undefined && compareIds(this.#lastId, id) >= 0)
      throw new Error(`tweet ${id} came after ${this.#lastId}: rows must come by ID, each once`)
    this.#lastId = id
  }

  /** The file of this kind; the first to ask for it begins it, with its header. */
  async #part(kind: ArchiveKind): Promise<ArchivePart> {
    const known = this.#parts.get(kind)
    if (known) return known
    await makeFolder(this.#folder)
    const path = join(this.#folder, archiveName(this.#hour, kind))
    // IDs and rejected lines are few; the cores are for the tweets.
    const threads = kind === 'IDs' || kind === 'rejected' ? 1 : this.#compressor.threads
    const part = new ArchivePart(path, this.#compressor, { threads, signal: this.#signal })
    this.#parts.set(kind, part)
    if (kind === 'tweets') await part.write(csvLine(tweetColumns), 0)
    if (kind === 'users') await part.write(csvLine(userColumns), 0)
    return part
  }

  async #writeUsers(): Promise<void> {
    if (!this.#parts.has('tweets')) return
    const part = await this.#part('users')
    for (const lines of this.#users.lines()) await part.write(lines.join(''), lines.length)
  }

  async #openRejected(): Promise<RejectedLines> {
    await makeFolder(this.#folder)
    return RejectedLines.open(join(this.#folder, `${archiveName(this.#hour, 'rejected')}.unsorted${PART}`))
  }

  async #writeRejected(): Promise<void> {
    if (!this.#rejected) return
    const part = await this.#part('rejected')
    for await (const line of this.#rejected.sorted()) await part.write(line, 1)
    await this.#rejected.remove()
    this.#rejected = undefined
  }

  async #finishPart(kind: ArchiveKind, part: ArchivePart): Promise<ArchiveFile> {
    const entry = await part.finish()
    const path = part.path + PART
    const counter = kind === 'tweets' || kind === 'users' ? csvRowCounter() : lineCounter()
    for await (const chunk of checkedContent(path, entry, this.#compressor, this.#signal)) counter.add(chunk)
    checkRows(path, entry, counter.rows)
    this.#log?.debug({ file: entry.name, bytes: entry.bytes, rows: entry.rows }, 'archive file written and read back')
    return entry
  }
}
