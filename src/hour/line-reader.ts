import { createHash } from 'node:crypto'
import { open, type FileHandle } from '../durable/files.js'

const LF = 0x0a

/** Given each line without its line end; `ended` is false for what stands behind the last one. Holds during the call only. */
type TakeLine = (line: Buffer, ended: boolean) => void

/** Reads files line by line, split on the byte `\n` alone, through one buffer that is used again and again. */
export class LineReader {
  #buffer = Buffer.allocUnsafeSlow(1 << 20)

  /** Give out a file's lines in order. Answers the SHA-256 (hex) of what was read. */
  async read(path: string, take: TakeLine): Promise<string> {
    const file = await open(path)
    try {
      return await this.#readAll(file, take)
    } finally {
      await file.close()
    }
  }

  async #readAll(file: FileHandle, take: TakeLine): Promise<string> {
    const hash = createHash('sha256')
    let held = 0
    for (;;) {
      if (held === this.#buffer.length) this.#grow()
      const { bytesRead } = await file.read(this.#buffer, held, this.#buffer.length - held)
      if (bytesRead === 0) break
      hash.update(this.#buffer.subarray(held, held + bytesRead))
      held = this.#giveOut(held, held + bytesRead, take)
    }
    if (held > 0) take(this.#buffer.subarray(0, held), false)
    return hash.digest('hex')
  }

  /** The first `searched` bytes hold no line end. Answers how many bytes of a line that has none yet are held. */
  #giveOut(searched: number, end: number, take: TakeLine): number {
    let start = 0
    let lineEnd = this.#buffer.indexOf(LF, searched)
    for (; lineEnd >= 0 && lineEnd < end; lineEnd = this.#buffer.indexOf(LF, start)) {
      take(this.#buffer.subarray(start, lineEnd), true)
      start = lineEnd + 1
    }
    this.#buffer.copyWithin(0, start, end)
    return end - start
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(2 * this.#buffer.length)
    this.#buffer.copy(larger)
    this.#buffer = larger
  }
}
