import type { FileHandle } from '../durable/files.js'
import { comparePlaces, type RejectedPlace } from './rejected-run.js'

const LF = 0x0a
const CHUNK_BYTES = 64 << 10

/** A stretch of a file, in bytes. */
export interface Stretch {
  readonly start: number
  end: number
}

/** Reads a run of rejected lines out of a file, line by line: it holds a chunk, or a line that is longer. */
export class RunCursor {
  /** The line at hand, with its line end. */
  line: Buffer = Buffer.alloc(0)
  place: RejectedPlace = { server: 1, file: '', number: 0 }
  readonly #file: FileHandle
  #at: number
  readonly #end: number
  /** Read, and not given out yet. */
  #rest: Buffer = Buffer.alloc(0)

  constructor(file: FileHandle, { start, end }: Stretch) {
    this.#file = file
    this.#at = start
    this.#end = end
  }

  /** Go to the next line; false at the end. */
  async next(): Promise<boolean> {
    let lineEnd = this.#rest.indexOf(LF)
    while (lineEnd < 0) {
      const searched = this.#rest.length
      if (!(await this.#readOn())) return false
      lineEnd = this.#rest.indexOf(LF, searched)
    }
    this.line = this.#rest.subarray(0, lineEnd + 1)
    this.#rest = this.#rest.subarray(lineEnd + 1)
    this.place = placeOf(this.line)
    return true
  }

  async #readOn(): Promise<boolean> {
    const wanted = Math.min(Math.max(CHUNK_BYTES, this.#rest.length), this.#end - this.#at)
    if (wanted === 0) return false
    const { buffer, bytesRead } = await this.#file.read(Buffer.allocUnsafe(wanted), 0, wanted, this.#at)
    this.#at += bytesRead
    this.#rest = Buffer.concat([this.#rest, buffer.subarray(0, bytesRead)])
    return bytesRead > 0
  }
}

/** By their places; those of one place by their bytes. */
export const compareCursors = (a: RunCursor, b: RunCursor): number =>
  comparePlaces(a.place, b.place) || Buffer.compare(a.line, b.line)

export const placeOf = (line: Uint8Array): RejectedPlace => JSON.parse(Buffer.from(line).toString()) as RejectedPlace
