import { BLOCK_BYTES, type Content } from './codec.js'

/** Work on blocks, given out to so many at a time. */
export type BlockWork = (block: Buffer, content: Content) => Promise<Buffer>

/**
 * Does the same work on many blocks, `threads` at a time, in the order in which they come. One more is
 * held, so that no thread is idle while the next is brought; whoever brings another waits with it.
 */
export class BlockPool {
  readonly #work: BlockWork
  readonly #threads: number
  readonly #waiting: (() => void)[] = []
  readonly #outside: (() => void)[] = []
  readonly #spare: Buffer[] = []
  #running = 0
  #fault: { readonly error: unknown } | undefined

  constructor(threads: number, work: BlockWork) {
    this.#work = work
    this.#threads = threads
  }

  /** A block's memory, to be filled and added. It is used again: left to the garbage collector it would pile up. */
  lend(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES)
  }

  /**
   * Take a lent block, of which the first `bytes` are filled; resolves once there is room for it, with what is going to
   * come of it. Blocks are worked on in the order of the calls.
   * @throws what the work on an earlier block threw
   */
  async add(block: Buffer, bytes: number, content: Content): Promise<{ readonly done: Promise<Buffer> }> {
    if (this.#running + this.#waiting.length >= this.#threads + 1)
      await new Promise<void>((enter) => this.#outside.push(enter))
    if (this.#fault) throw this.#fault.error
    const done = this.#run(block, bytes, content)
    // Whoever asks for it is told; until then it is nobody's.
    done.catch(() => undefined)
    return { done }
  }

  async #run(block: Buffer, bytes: number, content: Content): Promise<Buffer> {
    if (this.#running >= this.#threads) await new Promise<void>((start) => this.#waiting.push(start))
    else this.#running += 1
    try {
      return await this.#work(block.subarray(0, bytes), content)
    } catch (error) {
      this.#fault ??= { error }
      throw error
    } finally {
      this.#spare.push(block)
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running -= 1
      this.#outside.shift()?.()
    }
  }
}
