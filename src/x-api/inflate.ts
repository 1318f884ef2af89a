import { constants, createGunzip, type Gunzip } from 'node:zlib'
import { errorText } from '../operator-error.js'
import { StreamError } from './stream-error.js'

const NOTHING = Buffer.alloc(0)
/** So that what a piece of the source inflates to stays small, too; gzip makes a thousandth of a byte at best. */
const PIECE_BYTES = 64 << 10

/**
 * Inflate gzip as it comes, piece by piece. Where `source` ends early, with an error or without, everything that was
 * received before is still handed on, then its error is thrown. Bytes that inflate to nothing give an empty buffer, so that
 * the reader sees that they came.
 * @throws StreamError when the bytes are no gzip
 */
export async function* inflate(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  using inflater = new Inflater()
  for await (const chunk of source)
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const inflated = await inflater.inflate(chunk.subarray(at, at + PIECE_BYTES))
      if (inflated.length > 0) yield* inflated
      else yield NOTHING
      inflater.check()
    }
}

/** A gunzip that is asked, piece by piece, what a piece makes: Node's streams take several times as long to say so. */
class Inflater implements Disposable {
  readonly #gunzip: Gunzip = createGunzip({ flush: constants.Z_SYNC_FLUSH, chunkSize: 256 << 10 })
  #inflated: Buffer[] = []
  #error: StreamError | undefined
  #wake: () => void = () => undefined

  constructor() {
    this.#gunzip.on('data', (bytes: Buffer) => this.#inflated.push(bytes))
    this.#gunzip.on('error', (error) => {
      this.#fail(errorText(error))
    })
    // Nobody ends it but zlib, which reads no further there.
    this.#gunzip.on('end', () => {
      this.#fail('behind its end came something else')
    })
  }

  /** All that this piece makes, also where it is no gzip from somewhere on: `check` tells. */
  async inflate(piece: Buffer): Promise<Buffer[]> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      this.#gunzip.write(piece, () => {
        resolve()
      })
    })
    const inflated = this.#inflated
    this.#inflated = []
    return inflated
  }

  /** @throws StreamError where it was no gzip */
  check(): void {
    if (this.#error) throw this.#error
  }

  #fail(why: string): void {
    this.#error ??= new StreamError('network', `what came is no gzip (${why})`)
    this.#wake()
  }

  [Symbol.dispose](): void {
    this.#gunzip.destroy()
  }
}
