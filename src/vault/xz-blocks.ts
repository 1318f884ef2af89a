import { OperatorError } from '../operator-error.js'
import type { BlockPool } from './block-pool.js'
import { BLOCK_BYTES, type Content } from './codec.js'
import type { Encoder, Output } from './encoder.js'
import { blockOf } from './xz-block.js'
import { indexAndFooter, STREAM_HEADER, type IndexedBlock } from './xz-frame.js'

/**
 * Cuts content into blocks of `BLOCK_BYTES`, has them compressed side by side, and passes them on in order as one .xz stream:
 * some readers take a file's first stream for all of it.
 */
export class XzBlocks implements Encoder {
  readonly #pool: BlockPool
  readonly #content: Content
  readonly #output: Output
  readonly #index: IndexedBlock[] = []
  #block: Buffer | undefined
  #filled = 0
  #passedOn: Promise<void>

  constructor(pool: BlockPool, content: Content, output: Output) {
    this.#pool = pool
    this.#content = content
    this.#output = output
    this.#passedOn = this.#told(output(STREAM_HEADER))
  }

  get pending(): number {
    return this.#filled
  }

  async write(content: Uint8Array): Promise<void> {
    for (let at = 0; at < content.length;) {
      this.#block ??= this.#pool.lend(this.#content)
      const part = content.subarray(at, at + BLOCK_BYTES[this.#content] - this.#filled)
      this.#block.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled === BLOCK_BYTES[this.#content]) await this.#compress()
    }
  }

  async end(): Promise<void> {
    if (this.#filled > 0) await this.#compress()
    await this.#passedOn
    await this.#output(indexAndFooter(this.#index))
  }

  async #compress(): Promise<void> {
    const [block, bytes] = [this.#block ?? this.#pool.lend(this.#content), this.#filled]
    this.#block = undefined
    this.#filled = 0
    const before = this.#passedOn
    const { done } = await this.#pool.add(block, bytes, this.#content)
    this.#passedOn = this.#told(
      before.then(async () => {
        await this.#pass(await done, bytes)
      }),
    )
  }

  /** Take the block out of the stream that it was compressed as. */
  async #pass(stream: Buffer, contentBytes: number): Promise<void> {
    const block = blockOf(stream)
    if (block?.contentBytes !== contentBytes)
      throw new OperatorError(
        `the compressor made ${stream.length} bytes of ${contentBytes} that are no .xz stream of one block with CRC64: ` +
          'install XZ Utils (Debian: xz-utils), or set [vault] compressor to lzma-native',
      )
    this.#index.push({ unpaddedBytes: block.unpaddedBytes, contentBytes })
    for (const part of block.parts) await this.#output(part)
  }

  /** `end` throws the same error; this only keeps it from being reported before. */
  #told(work: Promise<void>): Promise<void> {
    work.catch(() => undefined)
    return work
  }
}
