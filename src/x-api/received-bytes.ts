import { StreamError } from './stream-error.js'

/** What may lie here unread before the connection is told to wait. */
const ENOUGH_BYTES = 256 << 10

/** Where the bytes come from: told to wait while the reader is slow. */
interface Source {
  pause(): void
  resume(): void
}

/**
 * A body between the connection, which pushes, and one reader, who pulls. Whatever was received before the connection
 * ended is still read, then its error is thrown: a Node stream would drop it.
 */
export class ReceivedBytes implements AsyncIterable<Buffer> {
  readonly #source: Source
  readonly #stallMs: number
  #chunks: Buffer[] = []
  #bytes = 0
  #ended: { error: StreamError | undefined } | undefined
  #wake: () => void = () => undefined
  #waiting = false
  /** One for all waits, set anew for each: making and clearing a timer for each tweet shows in the processor's time. */
  #stall: NodeJS.Timeout | undefined

  /** A reader that waits longer than `stallMs` (real ms) for a byte gets a StreamError. */
  constructor(source: Source, stallMs: number) {
    this.#source = source
    this.#stallMs = stallMs
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes >= ENOUGH_BYTES) this.#source.pause()
    this.#wake()
  }

  /** No more will come: the body is at its end, or `error` has cut it off. The first call counts. */
  end(error?: StreamError): void {
    this.#ended ??= { error }
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        if (this.#bytes > 0) yield this.#take()
        else if (this.#ended?.error !== undefined) throw this.#ended.error
        else if (this.#ended) return
        else await this.#more()
      }
    } finally {
      clearTimeout(this.#stall)
    }
  }

  #take(): Buffer {
    const chunks = this.#chunks
    this.#chunks = []
    this.#bytes = 0
    this.#source.resume()
    return Buffer.concat(chunks)
  }

  /** Only a reader's wait counts as a stall: while the disk is slow nobody listens. */
  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#wake = () => {
      this.#waiting = false
      resolve(undefined)
    }
    this.#waiting = true
    if (this.#stall) this.#stall.refresh()
    else
      this.#stall = setTimeout(() => {
        this.#stalled()
      }, this.#stallMs)
    await promise
  }

  #stalled(): void {
    if (!this.#waiting) return
    this.end(new StreamError('network', 'not even a keep-alive came in time: the connection is dead'))
  }
}
