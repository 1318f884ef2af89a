import { open, rm, type FileHandle } from '../durable/files.js'
import { z } from 'zod'
import { comparePlaces, type RejectedPlace, type RejectedRun } from './rejected-run.js'
import { compareCursors, placeOf, RunCursor, type Stretch } from './run-cursor.js'

/** A line of an hour's minute files that could not be used. */
export const rejectedLineSchema = z.object({
  server: z.union([z.literal(1), z.literal(2)]),
  /** The name of its minute file. */
  file: z.string(),
  /** Which line of that file, from 1. */
  number: z.int().positive(),
  reason: z.string(),
  /** The line itself; bytes that are no UTF-8 are U+FFFD. */
  line: z.string(),
})

export type RejectedLine = Readonly<z.infer<typeof rejectedLineSchema>>

const LF = 0x0a
/** So much is given out at a time. */
const BATCH_BYTES = 256 << 10

/**
 * The rejected lines of an hour, on their way to be sorted. They wait in a scratch file, in runs that are sorted each: an hour
 * of nothing but rubbish takes no more memory than its busiest minute.
 */
export class RejectedLines {
  readonly #file: FileHandle
  readonly #path: string
  readonly #runs: Stretch[] = []
  #size = 0
  #last: RejectedPlace | undefined

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /** `path` is the scratch file's; its folder exists. */
  static async open(path: string): Promise<RejectedLines> {
    return new RejectedLines(path, await open(path, 'w+', 0o600))
  }

  async add({ bytes, count }: RejectedRun): Promise<void> {
    if (count === 0) return
    await this.#file.appendFile(bytes)
    const start = this.#size
    this.#size += bytes.length
    const goesOn = this.#last !== undefined && comparePlaces(this.#last, placeOf(firstLine(bytes))) < 0
    const run = this.#runs.at(-1)
    if (goesOn && run) run.end = this.#size
    else this.#runs.push({ start, end: this.#size })
    this.#last = placeOf(lastLine(bytes))
  }

  /** The lines, by server, file and number; those of one place by their bytes. */
  async *sorted(): AsyncGenerator<{ bytes: Buffer; count: number }> {
    const cursors: RunCursor[] = []
    for (const run of this.#runs) await insert(cursors, new RunCursor(this.#file, run))
    let lines: Buffer[] = []
    let bytes = 0
    for (let first = cursors.shift(); first; first = cursors.shift()) {
      lines.push(first.line)
      bytes += first.line.length
      await insert(cursors, first)
      if (bytes < BATCH_BYTES) continue
      yield { bytes: Buffer.concat(lines), count: lines.length }
      lines = []
      bytes = 0
    }
    if (lines.length > 0) yield { bytes: Buffer.concat(lines), count: lines.length }
  }

  /** Remove the scratch file. */
  async remove(): Promise<void> {
    await this.#file.close()
    await rm(this.#path, { force: true })
  }
}

/** Move a cursor on and put it in its place among those that are sorted; one that is at its end is dropped. */
async function insert(cursors: RunCursor[], cursor: RunCursor): Promise<void> {
  if (!(await cursor.next())) return
  const at = cursors.findIndex((other) => compareCursors(cursor, other) <= 0)
  cursors.splice(at < 0 ? cursors.length : at, 0, cursor)
}

const firstLine = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.indexOf(LF) + 1)
const lastLine = (bytes: Uint8Array): Uint8Array => bytes.subarray(bytes.lastIndexOf(LF, bytes.length - 2) + 1)
