import type { BlockPool } from './block-pool.js'
import { BLOCK_BYTES, type Content } from './codec.js'
import type { Encoder, Output } from './encoder.js'

/** Cuts content into blocks of `BLOCK_BYTES`, has them compressed side by side, and passes the streams on in order. */
export class XzBlocks implements Encoder {
  readonly #pool: BlockPool
  readonly #content: Content
  readonly #output: Output
  readonly #passed: (bytes: number) => void
  #block: Buffer | undefined
  #filled = 0
  #passedOn: Promise<void> = Promise.resolve()

  /** `passed` is told the length of each stream once it lies where `output` puts it. */
  constructor(pool: BlockPool, content: Content, output: Output, passed: (bytes: number) => void) {
    this.#pool = pool
    this.#content = content
    this.#output = output
    this.#passed = passed
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
  }

  async #compress(): Promise<void> {
    const [block, bytes] = [this.#block ?? this.#pool.lend(this.#content), this.#filled]
    this.#block = undefined
    this.#filled = 0
    const before = this.#passedOn
    const { done } = await this.#pool.add(block, bytes, this.#content)
    this.#passedOn = before.then(async () => {
      const compressed = await done
      await this.#output(compressed)
      this.#passed(compressed.length)
    })
    // `end` throws the same error; this only keeps it from being reported before.
    this.#passedOn.catch(() => undefined)
  }
}
