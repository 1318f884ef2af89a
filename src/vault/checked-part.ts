import { crashPoint } from '../durable/crash-point.js'
import { PART } from '../durable/whole-file.js'
import type { ArchiveKind } from './archive-names.js'
import { ArchivePart } from './archive-part.js'
import type { BlockPool } from './block-pool.js'
import type { ArchiveFile } from './book.js'
import { checkContent, checkFile, checkRows } from './checked-content.js'
import type { Compressor } from './compressor.js'
import { csvRowCounter, lineCounter } from './content-rows.js'
import { ReadBack } from './read-back.js'
import { XzBlocks } from './xz-blocks.js'
import { unzstd, ZstdStream } from './zstd-stream.js'

/** Who encodes and reads back. */
interface Coders {
  readonly pool: BlockPool
  readonly compressor: Compressor
  /** Aborts the work on every part. */
  readonly signal: AbortSignal
}

/** An archive file that is written, and read back as it grows, before anybody relies on it. */
export class CheckedPart {
  readonly #part: ArchivePart
  readonly #readBack: ReadBack

  private constructor(part: ArchivePart, readBack: ReadBack) {
    this.#part = part
    this.#readBack = readBack
  }

  /** `path` is the name that it will have; its folder exists. */
  static async open(path: string, kind: ArchiveKind, { pool, compressor, signal }: Coders): Promise<CheckedPart> {
    const counter = kind === 'tweets' || kind === 'users' ? csvRowCounter() : lineCounter()
    const reader = kind === 'raw' ? { decompress: unzstd } : compressor
    const readBack = new ReadBack(path + PART, reader, counter, signal)
    const passed = (bytes: number) => {
      readBack.add(bytes)
    }
    const part = await ArchivePart.open(path, passed, (output) =>
      kind === 'raw'
        ? new ZstdStream(output, signal)
        : new XzBlocks(pool, kind === 'rejected' ? 'lines' : kind, output),
    )
    return new CheckedPart(part, readBack)
  }

  /** Bytes of content that are still to be worked on, once nothing more comes. */
  get pending(): number {
    return this.#part.encoder.pending
  }

  /** Take content that holds `rows` rows; waits while there is enough to do. */
  write(content: Uint8Array, rows: number): Promise<void> {
    return this.#part.write(content, rows)
  }

  /**
   * Write the rest, sync the file, and hold what was read of it against what was written. What it holds, as the book
   * will have it.
   * @throws DamagedArchiveError
   */
  async finish(): Promise<ArchiveFile> {
    const entry = await this.#part.finish()
    crashPoint('archive-after-part')
    const path = this.#part.path + PART
    await checkFile(path, entry)
    const { rows, sha256 } = await this.#readBack.end()
    checkContent(path, entry, sha256)
    checkRows(path, entry, rows)
    crashPoint('archive-after-read-back')
    return entry
  }

  /** Remove the `.part`, once the coders' work has been stopped. */
  async remove(): Promise<void> {
    await this.#part.remove()
    await this.#readBack.end().catch(() => undefined)
  }
}
