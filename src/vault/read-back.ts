import { createHash } from 'node:crypto'
import { DamagedArchiveError } from './damaged-archive-error.js'
import { fileBytes, type Compressor } from './compressor.js'
import { errorText } from '../operator-error.js'
import type { RowCounter } from './content-rows.js'
import { XzProcessError } from './xz-fault.js'

/** What was found in an archive file. */
interface Content {
  readonly rows: number
  readonly sha256: string
}

/** Reads a file back while it is written, as whoever has it later does, so that at its end little is left to do. */
export class ReadBack {
  readonly #path: string
  readonly #compressor: Pick<Compressor, 'decompress'>
  readonly #counter: RowCounter
  readonly #signal: AbortSignal
  readonly #content = createHash('sha256')
  #there = 0
  #isWhole = false
  #wake: () => void = () => undefined
  #done: Promise<void> | undefined

  constructor(path: string, compressor: Pick<Compressor, 'decompress'>, counter: RowCounter, signal: AbortSignal) {
    this.#path = path
    this.#compressor = compressor
    this.#counter = counter
    this.#signal = signal
    // A generator that waits for more cannot be ended from outside.
    signal.addEventListener('abort', () => {
      this.#wake()
    })
  }

  /** The file has `bytes` more. */
  add(bytes: number): void {
    this.#there += bytes
    this.#done ??= this.#begin()
    this.#wake()
  }

  /** The file is whole: what it holds. @throws DamagedArchiveError where it cannot be read */
  async end(): Promise<Content> {
    this.#isWhole = true
    this.#wake()
    await this.#done
    return { rows: this.#counter.rows, sha256: this.#content.digest('hex') }
  }

  #begin(): Promise<void> {
    const done = this.#read()
    // `end` throws the same error; this only keeps it from being reported before.
    done.catch(() => undefined)
    return done
  }

  async #read(): Promise<void> {
    try {
      for await (const chunk of this.#compressor.decompress(this.#bytes(), this.#signal)) {
        this.#content.update(chunk)
        this.#counter.add(chunk)
      }
    } catch (error) {
      this.#signal.throwIfAborted()
      if (error instanceof XzProcessError) throw error
      throw new DamagedArchiveError(this.#path, errorText(error), error)
    }
  }

  /** The file's bytes as they come to be there. */
  async *#bytes(): AsyncGenerator<Buffer> {
    for (let start = 0; ;) {
      const end = this.#there
      if (end > start) yield* fileBytes(this.#path, { start, end })
      start = end
      this.#signal.throwIfAborted()
      if (start === this.#there && this.#isWhole) return
      if (start === this.#there) await new Promise<void>((wake) => (this.#wake = wake))
    }
  }
}
