import { PassThrough, Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { BLOCK_BYTES, type Codec } from './codec.js'

/** What we use of lzma-native 8.0.6, as its index.js has it: @types/lzma-native knows neither constants nor version. */
interface LzmaNative {
  readonly version: string
  readonly CHECK_CRC64: number
  versionString(): string
  createStream(coder: 'easyEncoder' | 'autoDecoder', options: Record<string, number>): Transform
}

/** The lzma-native package. @throws where it does not load: its build for ARM is broken */
export async function lzmaNative(): Promise<Codec> {
  const lzma = (await import('lzma-native')).default as unknown as LzmaNative
  return {
    label: `lzma-native ${lzma.version} (liblzma ${lzma.versionString()})`,
    compress: (content, { preset, threads }, signal) => {
      // Without `threads` it would take preset 0 for 6 and write one block; with it, 0 is 0.
      const options = { preset, threads, blockSize: BLOCK_BYTES, check: lzma.CHECK_CRC64 }
      return through(lzma.createStream('easyEncoder', options), content, signal)
    },
    decompress: (compressed, signal) => through(lzma.createStream('autoDecoder', {}), compressed, signal),
  }
}

async function* through(coder: Transform, input: AsyncIterable<Buffer>, signal?: AbortSignal): AsyncGenerator<Buffer> {
  // Straight from an iterable, pipeline() waits for ever on a stream of readable-stream 3, which this coder is.
  const source = Readable.from(input, { objectMode: false })
  const output = new PassThrough()
  const done = pipeline(source, coder, output, { ...(signal && { signal }) })
  // The loop below throws the same error; this only keeps it from being reported twice.
  done.catch(() => undefined)
  yield* output as AsyncIterable<Buffer>
  await done
}
