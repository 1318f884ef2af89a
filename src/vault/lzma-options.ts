import type { Content, Preset } from './codec.js'

/** What of LZMA2's coder differs from a preset's. Names and meanings: xz(1), "Compression filter options". */
export interface LzmaOptions {
  readonly dictBytes: number
  readonly lc: number
  readonly lp: number
  readonly pb: number
  readonly mf: 'bt4' | 'hc4'
  readonly nice: number
  readonly depth: number
}

/**
 * In a table of text what a byte is depends on the whole byte before it (`lc`) and not on where in four it stands (`pb`); and
 * few candidates are looked at for a match (`depth`), for most of the time goes into waiting for them.
 */
const FAST_TWEETS: LzmaOptions = { dictBytes: 8 << 20, lc: 4, lp: 0, pb: 0, mf: 'bt4', nice: 36, depth: 8 }

/** With so many candidates the file is as large as the preset's own, or smaller: blocks cost what `lc` and `pb` gain. */
const TWEETS: LzmaOptions = { ...FAST_TWEETS, nice: 64, depth: 32 }

/** What users have in common stands close together. */
const USERS: LzmaOptions = { ...FAST_TWEETS, dictBytes: 1 << 20 }

/** Of an ID's 20 bytes the first eight or so are those of the ID before, and no other line has anything in common with it. */
const IDS: LzmaOptions = { dictBytes: 64 << 10, lc: 0, lp: 2, pb: 2, mf: 'hc4', nice: 20, depth: 4 }

type ByContent = Readonly<Record<Content, LzmaOptions | undefined>>

const FAST: ByContent = { tweets: FAST_TWEETS, users: USERS, IDs: IDS, lines: undefined }
const SIX: ByContent = { ...FAST, tweets: TWEETS }

/**
 * The options for `preset` and what is compressed; `undefined` where they are the preset's own. 6, which the archive is made
 * with unless told, gives the size of xz's 6 in less time: bench/README.md tells what that gains.
 */
export function lzmaOptions(preset: Preset, content: Content): LzmaOptions | undefined {
  if (preset === 'fast') return FAST[content]
  return preset === 6 ? SIX[content] : undefined
}

/** The preset of xz on which it is based. */
export const presetNumber = (preset: Preset): number => (preset === 'fast' ? 6 : preset)
