import { createHash } from 'node:crypto'
import type { UntrustedFile } from './untrusted-file.js'

const LF = 0x0a
const CHUNK_BYTES = 1 << 20
/** A hundred times what the largest payloads have; the collector cuts lines here too, and adds a few hundred bytes to them. */
export const LONGEST_LINE = (8 << 20) + (64 << 10)

/**
 * Given each line without its line end. Of one that is longer than `LONGEST_LINE` it is the beginning; `bytes` is the whole
 * line's length. `ended` is false for what stands behind the last line end. The bytes hold during the call only.
 */
export type TakeLine = (line: Buffer, ended: boolean, bytes: number) => void

/**
 * Reads files line by line, split on the byte `\n` alone, through one buffer that is used again and again. However long a
 * line is, no more than `LONGEST_LINE` and a chunk is held.
 */
export class LineReader {
  #buffer: Buffer
  /** Bytes of the line at hand that were thrown away. */
  #dropped = 0

  /** `expectedBytes`: of the largest file to come, where that is little. */
  constructor(expectedBytes = CHUNK_BYTES) {
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, expectedBytes + 1))
  }

  /** Give out a file's lines in order. Answers the SHA-256 (hex) of what was read. */
  async read(file: UntrustedFile, take: TakeLine): Promise<string> {
    const hash = createHash('sha256')
    for await (const _ of this.pieces(file, take, (chunk) => hash.update(chunk)));
    return hash.digest('hex')
  }

  /** The same, at the pace of who takes the pieces, which are empty; `seen` is given every chunk as it was read. */
  async *pieces(file: UntrustedFile, take: TakeLine, seen?: (chunk: Buffer) => void): AsyncGenerator<undefined> {
    this.#dropped = 0
    let held = 0
    for (;;) {
      if (held === this.#buffer.length) held = this.#makeRoom(held)
      const got = await file.read(this.#buffer, held, this.#buffer.length - held)
      if (got === 0) break
      seen?.(this.#buffer.subarray(held, held + got))
      held = this.#giveOut(held, held + got, take)
      yield
    }
    if (held > 0) this.#give(0, held, false, take)
  }

  /** The first `searched` bytes hold no line end. Answers how many bytes of a line that has none yet are held. */
  #giveOut(searched: number, end: number, take: TakeLine): number {
    let start = 0
    let lineEnd = this.#buffer.indexOf(LF, searched)
    for (; lineEnd >= 0 && lineEnd < end; lineEnd = this.#buffer.indexOf(LF, start)) {
      this.#give(start, lineEnd, true, take)
      start = lineEnd + 1
    }
    this.#buffer.copyWithin(0, start, end)
    return end - start
  }

  #give(start: number, end: number, ended: boolean, take: TakeLine): void {
    const bytes = end - start + this.#dropped
    this.#dropped = 0
    take(this.#buffer.subarray(start, Math.min(end, start + LONGEST_LINE)), ended, bytes)
  }

  /** The buffer is full of one line. Answers how many bytes of it are held on. */
  #makeRoom(held: number): number {
    if (held >= LONGEST_LINE + CHUNK_BYTES) {
      this.#dropped += held - LONGEST_LINE
      return LONGEST_LINE
    }
    const larger = Buffer.allocUnsafeSlow(Math.min(2 * held, LONGEST_LINE + CHUNK_BYTES))
    this.#buffer.copy(larger)
    this.#buffer = larger
    return held
  }
}
