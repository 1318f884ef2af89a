const LF = 0x0a
const CR = 0x0d
/** A hundred times what the largest payloads have; see the doc of `LineSplitter`. */
const LONGEST_LINE = 8 << 20

/**
 * Cuts bytes into lines at LF, without decoding them: X escapes line breaks inside a tweet, and a character may be
 * split between two chunks. A CR before the LF is dropped. An empty line, which is a keep-alive, is only noted, so that a
 * flood of them costs nothing. A line longer than
 * `maxBytes` comes out cut off at that length; its rest is dropped, so that a stream without line ends fills no memory.
 */
export class LineSplitter {
  readonly #maxBytes: number
  /** The unfinished line's beginning. */
  #pieces: Buffer[] = []
  #kept = 0
  #length = 0
  #hasKeepAlive = false

  constructor(maxBytes = LONGEST_LINE) {
    this.#maxBytes = maxBytes
  }

  /** Bytes of the line that has no end yet. */
  get pendingBytes(): number {
    return this.#length
  }

  /** Whether there was a keep-alive since this was asked last. */
  takeKeepAlive(): boolean {
    const had = this.#hasKeepAlive
    this.#hasKeepAlive = false
    return had
  }

  /** What stands behind the last line end, where it is more than blanks: of a stream that is over, its last line. */
  takeRest(): Buffer | undefined {
    const rest = this.#finish(Buffer.alloc(0))
    return rest.every(isBlank) ? undefined : rest
  }

  /** The lines that `chunk` completes, in order, without empty ones; they may share its memory. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      if (this.#length === 0 && (end === start || (end === start + 1 && chunk[start] === CR))) {
        this.#hasKeepAlive = true
        start = end + 1
        continue
      }
      const line = this.#length === 0 ? this.#lineIn(chunk, start, end) : this.#finish(chunk.subarray(start, end))
      if (line.length > 0) lines.push(line)
      else this.#hasKeepAlive = true
      start = end + 1
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start))
    return lines
  }

  #finish(piece: Buffer): Buffer {
    this.#keep(piece)
    const line = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#kept = 0
    this.#length = 0
    return this.#lineIn(line, 0, line.length)
  }

  #lineIn(bytes: Buffer, start: number, end: number): Buffer {
    const cut = Math.min(end, start + this.#maxBytes)
    return bytes.subarray(start, cut > start && bytes[cut - 1] === CR ? cut - 1 : cut)
  }

  #keep(piece: Buffer): void {
    const room = piece.subarray(0, this.#maxBytes - this.#kept)
    if (room.length > 0) this.#pieces.push(room)
    this.#kept += room.length
    this.#length += piece.length
  }
}

const isBlank = (byte: number): boolean => byte === LF || byte === CR || byte === 0x20 || byte === 0x09
