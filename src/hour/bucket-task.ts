import { readLine } from '../tweet/flatten.js'
import type { Row } from '../tweet/row.js'
import { RowStore, type EncodedRows } from '../vault/encoded-rows.js'
import type { RejectedLine } from '../vault/rejected-lines.js'
import { bucketOf, type Bucket } from './bucket.js'
import type { InputFile, Server } from './input-file.js'
import { KnownLines } from './known-lines.js'
import { LineReader } from './line-reader.js'
import { BucketMerge, type KeptRow, type OfferedCopy } from './merge-bucket.js'
import { countArchived, emptyTally, type Tally } from './tally.js'

/** A copy that lies in the file of another minute than its ID says. */
export interface Stray {
  readonly server: Server
  readonly row: Row
  /** As X sent it; only where lines are kept. */
  readonly line?: Uint8Array
}

/** What a bucket is merged from. It can be handed from thread to thread, as can what comes of it. */
export interface BucketTask {
  readonly hour: number
  readonly bucket: Bucket
  readonly files: readonly InputFile[]
  /** The rows of the revision before. */
  readonly archived: readonly KeptRow[]
  /** Copies of this bucket's tweets that lie in the files of other minutes. */
  readonly strays: readonly Stray[]
  /** Whether the lines as X sent them are wanted too. */
  readonly keepsLines: boolean
}

/** A bucket that is merged. */
export interface MergedBucket {
  /** `undefined` where the bucket has no tweet. */
  readonly rows: EncodedRows | undefined
  /** The kept lines, each with its line end, and how many they are. */
  readonly lines: { readonly bytes: Uint8Array<ArrayBuffer>; readonly count: number }
  /** What was counted in this bucket. */
  readonly tally: Tally
  /** Lines read of each file, by its path. */
  readonly linesRead: readonly (readonly [path: string, lines: number])[]
  readonly rejected: readonly RejectedLine[]
  /** Copies that belong to other buckets: nothing of them is counted but their lines. */
  readonly strays: readonly (readonly [Bucket, Stray])[]
  /** A file whose content is not the one that it was known by. */
  readonly changed: string | undefined
}

/** Merges buckets, one after the other, in memory that is used again and again. */
export class BucketMerging {
  readonly #store = new RowStore()
  readonly #reader = new LineReader()
  readonly #known = new KnownLines()

  /** Read, check and merge one bucket. The one before must be done. */
  async merge(task: BucketTask): Promise<MergedBucket> {
    const merge = new BucketMerge(task.archived, this.#store)
    this.#known.clear()
    const reading = new BucketReading(task, merge, this.#reader, this.#known)
    for (const { row, server, line } of task.strays)
      reading.take({ id: row.id, server, row: () => row, ...(line && { line: () => line }) })
    // Server 1's first: then most lines of server 2 need not be parsed.
    for (const file of task.files.toSorted((a, b) => a.server - b.server)) await reading.read(file)
    const { tally, linesRead, rejected, strays, changed } = reading
    const { merged, rows, lines } = merge.finish()
    for (const { servers } of merged) countArchived(tally, servers)
    return { rows, lines: joined(lines), tally, linesRead, rejected, strays, changed }
  }
}

/** What is found while the files of a bucket are read. */
class BucketReading {
  readonly tally = emptyTally()
  readonly linesRead: [string, number][] = []
  readonly rejected: RejectedLine[] = []
  readonly strays: [Bucket, Stray][] = []
  changed: string | undefined
  readonly #task: BucketTask
  readonly #merge: BucketMerge
  readonly #reader: LineReader
  /** Of server 1, and of this bucket. */
  readonly #known: KnownLines

  constructor(task: BucketTask, merge: BucketMerge, reader: LineReader, known: KnownLines) {
    this.#task = task
    this.#merge = merge
    this.#reader = reader
    this.#known = known
  }

  async read(file: InputFile): Promise<void> {
    let lines = 0
    const sha256 = await this.#reader.read(file.path, (line, ended) => {
      lines += 1
      this.#readLine(file, lines, line, ended)
    })
    this.tally.servers[file.server].lines += lines
    this.linesRead.push([file.path, lines])
    if (sha256 !== file.sha256) this.changed = file.path
  }

  take(copy: OfferedCopy): void {
    if (this.#merge.add(copy)) this.tally.servers[copy.server].repeated += 1
  }

  #readLine(file: InputFile, number: number, line: Buffer, ended: boolean): void {
    const known = ended && file.server === 2 ? this.#known.idOf(line) : undefined
    if (known === undefined) this.#parseLine(file, number, line, ended)
    else if (this.#merge.addSecond(known)) this.tally.servers[2].repeated += 1
  }

  #parseLine({ server, name }: InputFile, number: number, line: Buffer, ended: boolean): void {
    const read = ended ? readLine(line) : ({ kind: 'rejected', reason: 'torn: no line end' } as const)
    if (read.kind === 'rejected') {
      this.tally.servers[server].rejected += 1
      this.rejected.push({ server, file: name, number, reason: read.reason, line: line.toString('utf8') })
      return
    }
    const { hour, bucket, keepsLines } = this.#task
    const copy = { id: read.id, server, row: () => read.row(), ...(keepsLines && { line: () => new Uint8Array(line) }) }
    const own = bucketOf(read.id, hour)
    if (own === bucket) {
      this.take(copy)
      if (server === 1) this.#known.note(line, read.id)
    } else this.strays.push([own, { server, row: copy.row(), ...(copy.line && { line: copy.line() }) }])
  }
}

const LF = 0x0a

function joined(lines: readonly Uint8Array[]): MergedBucket['lines'] {
  const bytes = new Uint8Array(lines.reduce((sum, { length }) => sum + length + 1, 0))
  let at = 0
  for (const line of lines) {
    bytes.set(line, at)
    at += line.length + 1
    bytes[at - 1] = LF
  }
  return { bytes, count: lines.length }
}
