import { BLOCK_BYTES, type Content } from './codec.js'

/** Work on blocks, given out to so many at a time. */
export type BlockWork = (block: Buffer, content: Content) => Promise<Buffer>

/**
 * Does the same work on many blocks, `threads` at a time, in the order in which they come. Whoever brings another waits
 * with it, so that no more memory is taken.
 */
export class BlockPool {
  readonly #work: BlockWork
  readonly #threads: number
  readonly #outside: (() => void)[] = []
  readonly #spare = new Map<Content, Buffer[]>()
  #running = 0
  #fault: { readonly error: unknown } | undefined

  constructor(threads: number, work: BlockWork) {
    this.#work = work
    this.#threads = threads
  }

  /** A block's memory, to be filled and added. It is used again: left to the garbage collector it would pile up. */
  lend(content: Content): Buffer {
    return this.#spare.get(content)?.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES[content])
  }

  /**
   * Take a lent block, of which the first `bytes` are filled; resolves once it is worked on, with what is going to come of
   * it. Blocks are worked on in the order of the calls.
   * @throws what the work on an earlier block threw
   */
  async add(block: Buffer, bytes: number, content: Content): Promise<{ readonly done: Promise<Buffer> }> {
    if (this.#running >= this.#threads) await new Promise<void>((enter) => this.#outside.push(enter))
    else this.#running += 1
    if (this.#fault) {
      this.#leave()
      throw this.#fault.error
    }
    const done = this.#run(block, bytes, content)
    // Whoever asks for it is told; until then it is nobody's.
    done.catch(() => undefined)
    return { done }
  }

  async #run(block: Buffer, bytes: number, content: Content): Promise<Buffer> {
    try {
      return await this.#work(block.subarray(0, bytes), content)
    } catch (error) {
      this.#fault ??= { error }
      throw error
    } finally {
      this.#giveBack(block, content)
      this.#leave()
    }
  }

  #giveBack(block: Buffer, content: Content): void {
    const spare = this.#spare.get(content)
    if (spare) spare.push(block)
    else this.#spare.set(content, [block])
  }

  /** Whoever waits longest takes the place. */
  #leave(): void {
    const next = this.#outside.shift()
    if (next) next()
    else this.#running -= 1
  }
}
