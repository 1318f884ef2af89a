import { createHash } from 'node:crypto'
import { OperatorError } from '../operator-error.js'
import { rawLines } from '../spool/raw-lines.js'
import { flatten } from '../tweet/flatten.js'
import type { MergedRow } from '../tweet/row.js'
import { MINUTE_MS } from '../utc.js'
import type { RejectedLine } from '../vault/rejected-lines.js'
import { AFTER, BEFORE, bucketOf, type Bucket } from './bucket.js'
import type { InputFile } from './input-file.js'
import { mergeBucket, type Copy } from './merge-bucket.js'
import type { Tally } from './tally.js'

/** Where a merged hour goes. */
export interface Sink {
  tweets(rows: readonly MergedRow[]): Promise<void>
  reject(lines: readonly RejectedLine[]): Promise<void>
  /** Throw away what it was given. */
  abandon(): Promise<void>
}

/** What an hour is merged from. `archived` yields the rows of the revision before, by ID. */
export interface HourSources {
  readonly hour: number
  readonly files: readonly InputFile[]
  readonly archived: () => AsyncIterable<readonly MergedRow[]>
}

/** Lines read of each input file, by its path. */
export type LinesRead = ReadonlyMap<string, number>

/** A copy that lies in the file of another minute than its ID says. */
type Strays = Map<Bucket, Copy[]>

/**
 * Merge an hour into a sink, minute by minute, so that memory is bounded by the busiest minute. `openSink` is called
 * once; and once more where lines turn up that by their IDs belong to a minute that was merged already (odd IDs, or
 * files of a collector that files by receipt): then everything is merged again with these at hand.
 */
export async function mergeHour<Opened extends Sink>(
  sources: HourSources,
  openSink: () => Promise<{ sink: Opened; tally: Tally }>,
  signal: AbortSignal,
): Promise<{ sink: Opened; tally: Tally; lines: LinesRead }> {
  const first = await openSink()
  const found: Strays = new Map()
  const lines = await mergeOnce(sources, first, { known: undefined, found }, signal)
  if (found.size === 0) return { ...first, lines }
  await first.sink.abandon()
  const second = await openSink()
  return { ...second, lines: await mergeOnce(sources, second, { known: found, found: new Map() }, signal) }
}

async function mergeOnce(
  { hour, files, archived }: HourSources,
  { sink, tally }: { sink: Sink; tally: Tally },
  strays: { known: Strays | undefined; found: Strays },
  signal: AbortSignal,
): Promise<LinesRead> {
  const lines = new Map<string, number>()
  const before = new BucketReader(archived(), hour)
  for (let bucket = BEFORE; bucket <= AFTER; bucket += 1) {
    signal.throwIfAborted()
    const copies = [...(strays.known?.get(bucket) ?? [])]
    for (const file of files.filter(({ minute }) => (minute - hour) / MINUTE_MS === bucket)) {
      const read = await readFile(file)
      lines.set(file.path, read.lines)
      tally.servers[file.server].lines += read.lines
      tally.servers[file.server].rejected += read.rejected.length
      if (read.rejected.length > 0) await sink.reject(read.rejected)
      for (const copy of read.copies) {
        const own = bucketOf(copy.row.id, hour)
        if (own === bucket) copies.push(copy)
        else addStray(strays.found, own, copy)
      }
    }
    await sink.tweets(mergeBucket(await before.until(bucket), copies, tally))
  }
  return lines
}

function addStray(strays: Strays, bucket: Bucket, copy: Copy): void {
  const known = strays.get(bucket)
  if (known) known.push(copy)
  else strays.set(bucket, [copy])
}

async function readFile(file: InputFile): Promise<{ copies: Copy[]; rejected: RejectedLine[]; lines: number }> {
  const hash = createHash('sha256')
  const read = { copies: [] as Copy[], rejected: [] as RejectedLine[], lines: 0 }
  for await (const batch of rawLines(file.path, (chunk) => hash.update(chunk)))
    for (const { line, ended } of batch) {
      read.lines += 1
      const flat = ended ? flatten(line) : ({ kind: 'rejected', reason: 'torn: no line end' } as const)
      if (flat.kind === 'row') read.copies.push({ row: flat.row, server: file.server })
      else read.rejected.push({ ...rejection(file, read.lines, line), reason: flat.reason })
    }
  if (hash.digest('hex') !== file.sha256)
    throw new OperatorError(`${file.path} changed while it was read: something else writes into the spool; stop that`)
  return read
}

const rejection = (file: InputFile, number: number, line: Buffer): Omit<RejectedLine, 'reason'> => ({
  server: file.server,
  file: file.name,
  number,
  line: line.toString('utf8'),
})

/** Rows in ID order, handed out bucket by bucket. */
class BucketReader {
  readonly #batches: AsyncIterator<readonly MergedRow[]>
  readonly #hour: number
  #rest: MergedRow[] = []
  #ended = false

  constructor(batches: AsyncIterable<readonly MergedRow[]>, hour: number) {
    this.#batches = batches[Symbol.asyncIterator]()
    this.#hour = hour
  }

  /** The rows not handed out yet, up to the end of `bucket`. */
  async until(bucket: Bucket): Promise<MergedRow[]> {
    while (!this.#ended && !this.#rest.some(({ id }) => bucketOf(id, this.#hour) > bucket)) {
      const next: IteratorResult<readonly MergedRow[], unknown> = await this.#batches.next()
      if (next.done) this.#ended = true
      else this.#rest.push(...next.value)
    }
    const end = this.#rest.findIndex(({ id }) => bucketOf(id, this.#hour) > bucket)
    return this.#rest.splice(0, end < 0 ? this.#rest.length : end)
  }
}
