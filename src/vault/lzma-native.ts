import { Readable, type Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Codec } from './codec.js'
import { pieces } from './pieces.js'
import { through } from './through.js'

/** What we use of lzma-native 8.0.6, as its index.js has it: @types/lzma-native knows neither constants nor version. */
interface LzmaNative {
  readonly version: string
  readonly CHECK_CRC64: number
  versionString(): string
  createStream(coder: 'easyEncoder' | 'autoDecoder', options: Record<string, number | string>): Transform
}

/** It works in libuv's four threads; one is left for files. */
const MOST_AT_ONCE = 3

/** The lzma-native package. @throws where it does not load: its build for ARM is broken */
export async function lzmaNative(): Promise<Codec> {
  const lzma = (await import('lzma-native')).default as unknown as LzmaNative
  return {
    label: `lzma-native ${lzma.version} (liblzma ${lzma.versionString()})`,
    mostAtOnce: MOST_AT_ONCE,
    compress: (block, preset, signal) => {
      // It takes the number 0 for "none given", and then 6; the text is turned into a number only behind that.
      const options = { preset: String(preset), check: lzma.CHECK_CRC64 }
      return buffer(Readable.from(through(lzma.createStream('easyEncoder', options), pieces(block), signal)))
    },
    decompress: (compressed, signal) => through(lzma.createStream('autoDecoder', {}), compressed, signal),
  }
}
