import { LineReader, type TakeLine } from '../durable/line-reader.js'
import { silently, unlessStrange } from '../durable/strange-entry.js'
import { readLine } from '../tweet/flatten.js'
import type { Row } from '../tweet/row.js'
import { ScannedLine } from '../tweet/scanned-line.js'
import { RowStore, type EncodedRows } from '../vault/encoded-rows.js'
import { RejectedRunWriter, type RejectedRun } from '../vault/rejected-run.js'
import { MOST_BYTES_KEPT } from '../spool/rejected.js'
import { belongsTo, bucketOf, type Bucket } from './bucket.js'
import { openInput, type InputFile, type Server } from './input-file.js'
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
  readonly rejected: RejectedRun
  /** Copies that belong to other buckets: nothing of them is counted but their lines. */
  readonly strays: readonly (readonly [Bucket, Stray])[]
  /** Files that cannot be used, by their paths, and why: all the rest is worthless then. */
  readonly unusable: readonly UnusableFile[]
}

export type UnusableFile = readonly [path: string, fault: string]

/** Of a server's lines of one minute so many may be rejected: a file that brings more is rubbish, and is left where it lies. */
const MOST_REJECTED = 500_000
/** So many bytes of the rejected lines of one minute of a server are archived, and of each one more so many. */
const MOST_BYTES_REJECTED = 32 << 20
const LEAST_BYTES_KEPT = 100

/** Merges buckets, one after the other, in memory that is used again and again. */
export class BucketMerging {
  readonly #store = new RowStore()
  readonly #reader = new LineReader()
  readonly #scanned = new ScannedLine()

  /** Read, check and merge one bucket. The one before must be done. */
  async merge(task: BucketTask): Promise<MergedBucket> {
    const merge = new BucketMerge(task.archived, this.#store)
    const reading = new BucketReading(task, merge, this.#reader, this.#scanned)
    for (const { row, server, line } of task.strays)
      reading.take({ id: row.id, server, keep: (store) => store.add(row), ...(line && { line: () => line }) })
    // Server 1's first: then no row has to be made of most lines of server 2. Rejected lines come in their order.
    for (const file of task.files.toSorted(byServerAndName)) await reading.read(file)
    const { tally, linesRead, rejected, strays, unusable } = reading
    const { merged, rows, lines } = merge.finish()
    for (const { servers } of merged) countArchived(tally, servers)
    return { rows, lines: joined(lines), tally, linesRead, rejected: rejected.run(), strays, unusable }
  }
}

const byServerAndName = (a: InputFile, b: InputFile): number => a.server - b.server || (a.name < b.name ? -1 : 1)

/** As a file has it. */
interface FoundLine {
  readonly file: InputFile
  /** From 1. */
  readonly number: number
  /** Without its line end; the beginning, where the whole of it is longer than lines may be. */
  readonly line: Buffer
  /** False for what stands behind the last line end. */
  readonly ended: boolean
  /** Of the whole line. */
  readonly bytes: number
}

const isCut = ({ line, bytes }: FoundLine): boolean => bytes > line.length

/** A line by hand may lack its end and be whole all the same: half an object is none. */
function readWhole(at: FoundLine): ReturnType<typeof readLine> {
  if (isCut(at)) return { kind: 'rejected', reason: 'longer than lines may be' }
  if (at.line.length === 0) return { kind: 'rejected', reason: 'empty' }
  const read = readLine(at.line)
  return read.kind === 'tweet' || at.ended ? read : { kind: 'rejected', reason: 'torn: no line end' }
}

/** Some editors put it before a text in UTF-8: it is no part of the first line. */
const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/** Ends the reading of a file. */
class TooManyRejected extends Error {}

const CHANGED = 'changed while it was read: something else writes into the spool; stop that'

/** What is found while the files of a bucket are read. */
class BucketReading {
  readonly tally = emptyTally()
  readonly linesRead: [string, number][] = []
  readonly rejected = new RejectedRunWriter()
  readonly strays: [Bucket, Stray][] = []
  readonly unusable: UnusableFile[] = []
  readonly #bytesRejected = { 1: 0, 2: 0 }
  readonly #task: BucketTask
  readonly #merge: BucketMerge
  readonly #reader: LineReader
  readonly #scanned: ScannedLine
  readonly #isOwn: (id: string) => boolean

  constructor(task: BucketTask, merge: BucketMerge, reader: LineReader, scanned: ScannedLine) {
    this.#task = task
    this.#merge = merge
    this.#reader = reader
    this.#scanned = scanned
    this.#isOwn = belongsTo(task.bucket, task.hour)
  }

  async read(file: InputFile): Promise<void> {
    const tally = this.tally.servers[file.server]
    const { rejected } = tally
    let lines = 0
    try {
      const sha256 = await this.#readLines(file, (line, ended, bytes) => {
        lines += 1
        const mark =
          lines === 1 && line.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0
        this.#takeLine({ file, number: lines, line: line.subarray(mark), ended, bytes: bytes - mark })
      })
      if (sha256 !== file.sha256) this.unusable.push([file.path, CHANGED])
    } catch (error) {
      if (!(error instanceof TooManyRejected)) throw error
      this.unusable.push([file.path, `has too many lines that are no tweets: its minute may have ${MOST_REJECTED}`])
      tally.rejected = rejected
    }
    tally.lines += lines
    this.linesRead.push([file.path, lines])
  }

  /** The SHA-256 of what was read; `undefined` where the file is gone by now, or something strange has its name. */
  async #readLines(file: InputFile, take: TakeLine): Promise<string | undefined> {
    await using opened = await unlessStrange(openInput(file), silently)
    return opened && (await this.#reader.read(opened, take))
  }

  take(copy: OfferedCopy): void {
    if (this.#merge.add(copy)) this.tally.servers[copy.server].repeated += 1
  }

  #takeLine(at: FoundLine): void {
    const { file, line } = at
    const id = this.#scanned.read(line)
    if (id === undefined || !this.#isOwn(id) || isCut(at)) this.#parseLine(at)
    else this.#takeOwn(id, file, line, (store) => store.addFrom(id, this.#scanned) ?? store.add(parsedRow(line)))
  }

  #parseLine(at: FoundLine): void {
    const { file, line } = at
    const read = readWhole(at)
    if (read.kind === 'rejected') {
      this.#reject(at, read.reason)
      return
    }
    const { hour, bucket, keepsLines } = this.#task
    const own = bucketOf(read.id, hour)
    if (own === bucket) this.#takeOwn(read.id, file, line, (store) => store.add(read.row()))
    else
      this.strays.push([
        own,
        { server: file.server, row: read.row(), ...(keepsLines && { line: new Uint8Array(line) }) },
      ])
  }

  #reject({ file, number, line, bytes }: FoundLine, reason: string): void {
    const { server } = file
    const kept = line.subarray(
      0,
      this.#bytesRejected[server] < MOST_BYTES_REJECTED ? MOST_BYTES_KEPT : LEAST_BYTES_KEPT,
    )
    const tally = this.tally.servers[server]
    tally.rejected += 1
    if (tally.rejected > MOST_REJECTED) throw new TooManyRejected()
    if (this.unusable.length > 0) return
    this.#bytesRejected[server] += this.rejected.add({
      ...{ server, file: file.name, number, line: kept.toString('utf8') },
      reason: bytes > kept.length ? `${reason} (${bytes} bytes, cut)` : reason,
    })
  }

  /** A copy of this bucket's. */
  #takeOwn(id: string, { server }: InputFile, line: Buffer, keep: OfferedCopy['keep']): void {
    if (this.#task.keepsLines) this.take({ id, server, keep, line: () => new Uint8Array(line) })
    else this.take({ id, server, keep })
  }
}

/** @throws Error where the line has none */
function parsedRow(line: Buffer): Row {
  const read = readLine(line)
  if (read.kind === 'rejected') throw new Error(`a line that was sure to be a tweet is none: ${read.reason}`)
  return read.row()
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
