/** What of LZMA2's coder differs from a preset's. Names and meanings: xz(1), "Compression filter options". */
export interface LzmaOptions {
  readonly dictBytes: number
  readonly lc: number
  readonly pb: number
  readonly nice: number
  readonly depth: number
}

/**
 * Preset 6 is the one that this archive is made with unless told, so that it is tuned to text in lines: what a byte is
 * depends on the whole byte before it (`lc`) and not on where in four it stands (`pb`), and few candidates are looked at
 * for a match (`depth`), for most of the time goes into them. bench/README.md tells what that gains and costs.
 */
const TEXT: LzmaOptions = { dictBytes: 8 << 20, lc: 4, pb: 0, nice: 64, depth: 10 }

/** The options for `preset`; `undefined` where they are the preset's own. */
export const lzmaOptions = (preset: number): LzmaOptions | undefined => (preset === 6 ? TEXT : undefined)
