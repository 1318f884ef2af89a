import { OperatorError } from '../operator-error.js'
import type { MergedRow } from '../tweet/row.js'
import { MINUTE_MS } from '../utc.js'
import type { KeptLine } from '../vault/archived-rows.js'
import type { EncodedRows } from '../vault/encoded-rows.js'
import type { RejectedRun } from '../vault/rejected-run.js'
import { AFTER, BEFORE, type Bucket } from './bucket.js'
import { BucketReader } from './bucket-reader.js'
import type { BucketTask, MergedBucket, Stray } from './bucket-task.js'
import type { BucketMerger } from './bucket-workers.js'
import type { InputFile } from './input-file.js'
import type { KeptRow } from './merge-bucket.js'
import { addTally, type Tally } from './tally.js'

/** Where a merged hour goes. */
export interface Sink {
  encoded(rows: EncodedRows): Promise<void>
  raw(lines: Uint8Array, count: number): Promise<void>
  rejected(run: RejectedRun): Promise<void>
  /** Throw away what it was given. */
  abandon(): Promise<void>
}

/** What an hour is merged from. */
export interface HourSources {
  readonly hour: number
  readonly files: readonly InputFile[]
  /** The rows of the revision before, by ID. */
  readonly archived: () => AsyncIterable<readonly MergedRow[]>
  /** The lines that were kept of the revision before, by ID; `undefined` where lines are not kept. */
  readonly keptLines: (() => AsyncIterable<readonly KeptLine[]>) | undefined
}

/** Files that cannot be merged: they changed while they were read, or are rubbish. */
export class UnusableFilesError extends OperatorError {
  /** By path, with what is wrong. */
  readonly files: ReadonlyMap<string, string>

  constructor(files: ReadonlyMap<string, string>) {
    super([...files].slice(0, 1).flat().join(' '))
    this.files = files
  }
}

/** Lines read of each input file, by its path. */
export type LinesRead = ReadonlyMap<string, number>

interface Opened<Into extends Sink> {
  readonly sink: Into
  readonly tally: Tally
}

type Strays = ReadonlyMap<Bucket, readonly Stray[]>

/** Told after each bucket how many of how many are done. */
export type BucketProgress = (done: number, of: number) => void

/**
 * Merge an hour into a sink, minute by minute, so that memory is bounded by the busiest minutes. `openSink` is called
 * once; and once more where lines turn up that by their IDs belong to a minute that was merged already (odd IDs, or
 * files of a collector that files by receipt): then everything is merged again with these at hand. The result is the
 * same whatever the order of the files and whoever merges.
 * @throws UnusableFilesError where a file is changed while it is read, or has nothing but rubbish
 */
export async function mergeHour<Into extends Sink>(
  sources: HourSources,
  openSink: () => Promise<Opened<Into>>,
  merger: BucketMerger,
  progress: BucketProgress,
  signal: AbortSignal,
): Promise<Opened<Into> & { lines: LinesRead }> {
  const first = new HourMerge(sources, await openSink(), new Map())
  await first.run(merger, progress, signal)
  if (first.found.size === 0) return { ...first.opened, lines: first.lines }
  const second = new HourMerge(sources, await openSink(), first.found)
  await second.run(merger, progress, signal)
  return { ...second.opened, lines: second.lines }
}

/** One pass over an hour. */
class HourMerge<Into extends Sink> {
  readonly opened: Opened<Into>
  readonly lines = new Map<string, number>()
  readonly found = new Map<Bucket, Stray[]>()
  readonly #sources: HourSources
  readonly #known: Strays
  readonly #unusable = new Map<string, string>()

  constructor(sources: HourSources, opened: Opened<Into>, known: Strays) {
    this.#sources = sources
    this.opened = opened
    this.#known = known
  }

  async run(merger: BucketMerger, progress: BucketProgress, signal: AbortSignal): Promise<void> {
    const begun: Promise<MergedBucket>[] = []
    let done = 0
    const take = async (merged: Promise<MergedBucket>) => {
      await this.#take(await merged)
      progress(++done, AFTER - BEFORE + 1)
      signal.throwIfAborted()
    }
    for await (const task of this.#tasks()) {
      const merged = merger.merge(task)
      // Whoever takes it is told of its fault; until then it is nobody's.
      merged.catch(() => undefined)
      begun.push(merged)
      if (begun.length > merger.atOnce) await take(begun.shift() as Promise<MergedBucket>)
    }
    for (const merged of begun) await take(merged)
    if (this.#unusable.size > 0) throw new UnusableFilesError(this.#unusable)
  }

  async *#tasks(): AsyncGenerator<BucketTask> {
    const { hour, files, archived, keptLines } = this.#sources
    const rows = new BucketReader(archived(), hour)
    const lines = keptLines && new BucketReader(keptLines(), hour)
    try {
      for (let bucket = BEFORE; bucket <= AFTER; bucket += 1)
        yield {
          ...{ hour, bucket, keepsLines: keptLines !== undefined },
          files: files.filter(({ minute }) => (minute - hour) / MINUTE_MS === bucket),
          archived: withLines(await rows.until(bucket), (await lines?.until(bucket)) ?? []),
          strays: this.#known.get(bucket) ?? [],
        }
    } finally {
      await rows.close()
      await lines?.close()
    }
  }

  async #take({ rows, lines, tally, linesRead, rejected, strays, unusable }: MergedBucket): Promise<void> {
    for (const [path, fault] of unusable) this.#unusable.set(path, fault)
    if (this.#unusable.size > 0) return
    for (const [path, count] of linesRead) this.lines.set(path, count)
    addTally(this.opened.tally, tally)
    await this.#note(strays)
    // Once there are strays all this will be merged again.
    if (this.found.size > 0) return
    const { sink } = this.opened
    await sink.rejected(rejected)
    if (rows) await sink.encoded(rows)
    await sink.raw(lines.bytes, lines.count)
    // Left to the garbage collector, which does not see their size, these would pile up.
    for (const { buffer } of [lines.bytes, rejected.bytes, ...(rows ? [rows.ids, rows.tweets, rows.users] : [])])
      buffer.transfer(0)
  }

  async #note(strays: MergedBucket['strays']): Promise<void> {
    if (strays.length === 0 || this.#known.size > 0) return
    if (this.found.size === 0) await this.opened.sink.abandon()
    for (const [bucket, copy] of strays) {
      const known = this.found.get(bucket)
      if (known) known.push(copy)
      else this.found.set(bucket, [copy])
    }
  }
}

/** Rows with the lines that were kept of them. */
function withLines(rows: readonly MergedRow[], lines: readonly KeptLine[]): readonly KeptRow[] {
  if (lines.length === 0) return rows
  const lineOf = new Map(lines.map(({ id, line }) => [id, line]))
  return rows.map((row) => {
    const line = lineOf.get(row.id)
    return line ? { ...row, line } : row
  })
}
