import { createHash } from 'node:crypto'
import { DamagedArchiveError } from './damaged-archive-error.js'
import { fileBytes, type Compressor } from './compressor.js'
import { errorText } from '../operator-error.js'
import type { RowCounter } from './content-rows.js'

/** What was found in an archive file. */
interface Content {
  readonly rows: number
  readonly sha256: string
}

/**
 * Reads an .xz file back while it is written, stream by stream, so that at its end little is left to do. Every byte of
 * the file belongs to one of the streams, so that together they say what the whole file says.
 */
export class ReadBack {
  readonly #path: string
  readonly #compressor: Pick<Compressor, 'decompress'>
  readonly #counter: RowCounter
  readonly #signal: AbortSignal
  readonly #content = createHash('sha256')
  #end = 0
  #done: Promise<void> = Promise.resolve()

  constructor(path: string, compressor: Pick<Compressor, 'decompress'>, counter: RowCounter, signal: AbortSignal) {
    this.#path = path
    this.#compressor = compressor
    this.#counter = counter
    this.#signal = signal
  }

  /** The next `bytes` of the file are a stream. */
  add(bytes: number): void {
    const range = { start: this.#end, end: this.#end + bytes }
    this.#end += bytes
    this.#done = this.#done.then(() => this.#read(range))
    // `end` throws the same error; this only keeps it from being reported before.
    this.#done.catch(() => undefined)
  }

  /** What all streams hold together. @throws DamagedArchiveError where one cannot be read */
  async end(): Promise<Content> {
    await this.#done
    return { rows: this.#counter.rows, sha256: this.#content.digest('hex') }
  }

  async #read(range: { start: number; end: number }): Promise<void> {
    try {
      for await (const chunk of this.#compressor.decompress(fileBytes(this.#path, range), this.#signal)) {
        this.#content.update(chunk)
        this.#counter.add(chunk)
      }
    } catch (error) {
      this.#signal.throwIfAborted()
      throw new DamagedArchiveError(this.#path, errorText(error), error)
    }
  }
}
