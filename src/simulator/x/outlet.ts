import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { constants, createGzip, type Gzip } from 'node:zlib'

/** An answer's body as it is written, in gzip or plain. Every write is flushed, so that nothing lingers in the compressor. */
export class Outlet {
  readonly #response: ServerResponse
  readonly #gzip: Gzip | undefined
  #flushed = Promise.resolve()

  constructor(response: ServerResponse, inGzip: boolean) {
    this.#response = response
    if (inGzip) this.#gzip = this.#compressor()
  }

  /** Bytes written that the network has not taken yet. */
  get backlogBytes(): number {
    return this.#response.writableLength + (this.#gzip?.writableLength ?? 0)
  }

  /** Write now; what the network does not take waits in memory. */
  write(bytes: Uint8Array): void {
    const target = this.#gzip ?? this.#response
    this.#flushed = new Promise((resolve) => {
      // A client that has gone is noticed by the answer's close, not here.
      target.write(bytes, () => {
        resolve()
      })
    })
  }

  /** Resolves when the network has all that was written, but no later than after `ms` (of the wall's clock). */
  async settle(ms: number): Promise<void> {
    const timer = new AbortController()
    await Promise.race([this.#handedOver(), wait(ms, undefined, { signal: timer.signal }).catch(() => undefined)])
    timer.abort()
  }

  /** End the body as complete. */
  end(): void {
    this.#flushed = new Promise((resolve) => {
      this.#response.once('close', resolve)
    })
    if (this.#gzip) this.#gzip.end()
    else this.#response.end()
  }

  /** Close the connection without ending the body. */
  cut(): void {
    this.#response.socket?.destroy()
  }

  /** Reset the connection (RST), as a crashed machine or a middlebox does. */
  reset(): void {
    this.#response.socket?.resetAndDestroy()
  }

  async #handedOver(): Promise<void> {
    await this.#flushed
    if (!this.#gzip || this.#response.writableEnded) return
    // What the compressor gave out stands before this in the answer's queue.
    await new Promise<void>((resolve) => {
      this.#response.write('', () => {
        resolve()
      })
    })
  }

  #compressor(): Gzip {
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH, level: constants.Z_BEST_SPEED })
    gzip.on('data', (bytes: Buffer) => this.#response.write(bytes))
    gzip.on('end', () => this.#response.end())
    this.#response.on('close', () => gzip.destroy())
    return gzip
  }
}
