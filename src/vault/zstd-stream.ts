import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { pipeline } from 'node:stream/promises'
import type { Encoder, Output } from './encoder.js'
import { through } from './through.js'

const options = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }

/** One frame of zstd, with a checksum: some readers stop after a file's first frame. */
export class ZstdStream implements Encoder {
  readonly pending = 0
  readonly #entrance = createZstdCompress(options)
  readonly #done: Promise<void>

  constructor(output: Output, signal: AbortSignal) {
    this.#done = pipeline(
      this.#entrance,
      async (encoded: AsyncIterable<Buffer>) => {
        for await (const chunk of encoded) await output(chunk)
      },
      { signal },
    )
    // Whoever writes or ends next is told.
    this.#done.catch(() => undefined)
  }

  write(content: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#entrance.write(content, (error) => {
        if (error) reject(error)
        else resolve()
      })
    })
  }

  async end(): Promise<void> {
    this.#entrance.end()
    await this.#done
  }
}

/** The content of a .zst file. @throws Error on a bit that is wrong and on a file that is cut */
export const unzstd = (compressed: AsyncIterable<Buffer>, signal?: AbortSignal): AsyncIterable<Buffer> =>
  through(createZstdDecompress(), compressed, signal)
