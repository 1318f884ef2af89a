import { Readable, type Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Codec, Compression } from './codec.js'
import { lzmaOptions, presetNumber } from './lzma-options.js'
import { pieces } from './pieces.js'
import { through } from './through.js'

/** What we use of lzma-native 8.0.6, as its index.js has it: @types/lzma-native knows neither constants nor version. */
interface LzmaNative {
  readonly version: string
  readonly CHECK_CRC64: number
  readonly FILTER_LZMA2: string
  readonly MODE_NORMAL: number
  readonly MF_BT4: number
  readonly MF_HC4: number
  versionString(): string
  createStream(coder: 'easyEncoder' | 'streamEncoder' | 'autoDecoder', options: object): Transform
}

/** It works in libuv's four threads; one is left for files. */
const MOST_AT_ONCE = 3

/** The lzma-native package. @throws where it does not load: its build for ARM is broken */
export async function lzmaNative(): Promise<Codec> {
  const lzma = (await import('lzma-native')).default as unknown as LzmaNative
  return {
    label: `lzma-native ${lzma.version} (liblzma ${lzma.versionString()})`,
    mostAtOnce: MOST_AT_ONCE,
    compress: (block, how, signal) => buffer(Readable.from(through(encoder(lzma, how), pieces(block), signal))),
    decompress: (compressed, signal) => through(lzma.createStream('autoDecoder', {}), compressed, signal),
  }
}

function encoder(lzma: LzmaNative, { preset, content }: Compression): Transform {
  const check = lzma.CHECK_CRC64
  const options = lzmaOptions(preset, content)
  // It takes the number 0 for "none given", and then 6; the text is turned into a number only behind that.
  if (!options) return lzma.createStream('easyEncoder', { preset: String(presetNumber(preset)), check })
  const { dictBytes, lc, lp, pb, nice, depth } = options
  const mf = options.mf === 'bt4' ? lzma.MF_BT4 : lzma.MF_HC4
  const filter = { dictSize: dictBytes, lc, lp, pb, niceLen: nice, depth, mode: lzma.MODE_NORMAL, mf }
  return lzma.createStream('streamEncoder', { filters: [{ id: lzma.FILTER_LZMA2, options: filter }], check })
}
