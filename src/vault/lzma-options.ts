import type { Content } from './codec.js'

/** What of LZMA2's coder differs from a preset's. Names and meanings: xz(1), "Compression filter options". */
export interface LzmaOptions {
  readonly dictBytes: number
  readonly lc: number
  readonly pb: number
  readonly nice: number
  readonly depth: number
}

/**
 * Preset 6, which this archive is made with unless told, is tuned to tables of text: what a byte is depends on the whole
 * byte before it (`lc`) and not on where in four it stands (`pb`); and few candidates are looked at for a match (`depth`), not
 * far back (`dictBytes`), for most of the time goes into waiting for them. bench/README.md tells what that gains and costs.
 */
const TABLE: LzmaOptions = { dictBytes: 4 << 20, lc: 4, pb: 0, nice: 44, depth: 14 }

/** The options for `preset` and what is compressed; `undefined` where they are the preset's own. */
export const lzmaOptions = (preset: number, content: Content): LzmaOptions | undefined =>
  preset === 6 && content === 'table' ? TABLE : undefined
