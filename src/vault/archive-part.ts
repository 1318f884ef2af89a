import { createHash } from 'node:crypto'
import { open, rm, type FileHandle } from '../durable/files.js'
import { basename } from 'node:path'
import { PART } from '../durable/whole-file.js'
import type { ArchiveFile } from './book.js'
import type { Encoder, Output } from './encoder.js'

/** An archive file while it is written, as `path.part`: content goes in, encoded bytes come to lie on the disk. */
export class ArchivePart {
  readonly path: string
  readonly encoder: Encoder
  readonly #file: FileHandle
  readonly #passed: (bytes: number) => void
  readonly #content = createHash('sha256')
  readonly #encoded = createHash('sha256')
  #rows = 0
  #contentBytes = 0
  #bytes = 0

  private constructor(
    path: string,
    file: FileHandle,
    passed: (bytes: number) => void,
    encoder: (output: Output) => Encoder,
  ) {
    this.path = path
    this.#file = file
    this.#passed = passed
    this.encoder = encoder((encoded) => this.#pass(encoded))
  }

  /** `path` is the name that it will have; its folder exists. `passed` is told how many bytes more lie on the disk. */
  static async open(
    path: string,
    passed: (bytes: number) => void,
    encoder: (output: Output) => Encoder,
  ): Promise<ArchivePart> {
    return new ArchivePart(path, await open(path + PART, 'w', 0o640), passed, encoder)
  }

  /** Take content that holds `rows` rows; waits while there is enough to do. */
  async write(content: Uint8Array, rows: number): Promise<void> {
    this.#content.update(content)
    this.#contentBytes += content.length
    this.#rows += rows
    await this.encoder.write(content)
  }

  /** Write the rest and sync the file. What it then holds, as the book will have it. */
  async finish(): Promise<ArchiveFile> {
    await this.encoder.end()
    await this.#file.sync()
    await this.#file.close()
    return {
      name: basename(this.path),
      bytes: this.#bytes,
      sha256: this.#encoded.digest('hex'),
      rows: this.#rows,
      content_bytes: this.#contentBytes,
      content_sha256: this.#content.digest('hex'),
    }
  }

  /** Remove the `.part`, once the encoder's work has been stopped. */
  async remove(): Promise<void> {
    await this.encoder.end().catch(() => undefined)
    await this.#file.close().catch(() => undefined)
    await rm(this.path + PART, { force: true })
  }

  async #pass(encoded: Uint8Array): Promise<void> {
    this.#encoded.update(encoded)
    this.#bytes += encoded.length
    await this.#file.appendFile(encoded)
    this.#passed(encoded.length)
  }
}
