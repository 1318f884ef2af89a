import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { PART } from '../durable/whole-file.js'
import type { ArchiveFile } from './book.js'
import type { Compressor } from './compressor.js'

/** Fewer, larger writes: each costs the compressor a call. */
const WRITE_CHARACTERS = 128 << 10
const WAITING_BYTES = 1 << 20

/** An archive file while it is written, as `path.part`: text goes in, compressed bytes come to lie on the disk. */
export class ArchivePart {
  readonly path: string
  readonly #entrance = new PassThrough({ highWaterMark: WAITING_BYTES })
  readonly #content = createHash('sha256')
  readonly #compressed = createHash('sha256')
  readonly #done: Promise<void>
  #pending = ''
  #rows = 0
  #contentBytes = 0
  #bytes = 0

  /** `path` is the name that it will have; its folder exists. */
  constructor(path: string, compressor: Compressor, { threads, signal }: { threads: number; signal: AbortSignal }) {
    this.path = path
    this.#done = pipeline(
      this.#entrance,
      (content: AsyncIterable<Buffer>) => compressor.compress(content, { threads, signal }),
      (compressed: AsyncIterable<Buffer>) => this.#hashed(compressed),
      createWriteStream(path + PART, { mode: 0o640, flush: true }),
      { signal },
    )
    // Whoever writes or finishes next is told.
    this.#done.catch(() => undefined)
  }

  /** Take `text`, which holds `rows` rows; waits while the compressor has enough to do. */
  async write(text: string, rows: number): Promise<void> {
    this.#pending += text
    this.#rows += rows
    if (this.#pending.length >= WRITE_CHARACTERS) await this.#pass()
  }

  /** Compress the rest and sync the file. What it then holds, as the book will have it. */
  async finish(): Promise<ArchiveFile> {
    await this.#pass()
    this.#entrance.end()
    await this.#done
    return {
      name: basename(this.path),
      bytes: this.#bytes,
      sha256: this.#compressed.digest('hex'),
      rows: this.#rows,
      content_bytes: this.#contentBytes,
      content_sha256: this.#content.digest('hex'),
    }
  }

  /** Remove the `.part`. Nothing is written any more once its signal has aborted. */
  async remove(): Promise<void> {
    this.#entrance.destroy()
    await this.#done.catch(() => undefined)
    await rm(this.path + PART, { force: true })
  }

  async #pass(): Promise<void> {
    const chunk = Buffer.from(this.#pending)
    this.#pending = ''
    this.#content.update(chunk)
    this.#contentBytes += chunk.length
    if (!this.#entrance.write(chunk)) await Promise.race([once(this.#entrance, 'drain'), this.#done])
  }

  async *#hashed(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of compressed) {
      this.#compressed.update(chunk)
      this.#bytes += chunk.length
      yield chunk
    }
  }
}
