import type { Content } from './codec.js'

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
const TWEETS: LzmaOptions = { dictBytes: 8 << 20, lc: 4, lp: 0, pb: 0, mf: 'bt4', nice: 36, depth: 8 }

/** What users have in common stands close together. */
const USERS: LzmaOptions = { ...TWEETS, dictBytes: 1 << 20 }

/** Of an ID's 20 bytes the first eight or so are those of the ID before, and no other line has anything in common with it. */
const IDS: LzmaOptions = { dictBytes: 64 << 10, lc: 0, lp: 2, pb: 2, mf: 'hc4', nice: 20, depth: 4 }

const BY_CONTENT: Readonly<Record<Content, LzmaOptions | undefined>> = {
  tweets: TWEETS,
  users: USERS,
  IDs: IDS,
  lines: undefined,
}

/**
 * The options for `preset` and what is compressed; `undefined` where they are the preset's own. Preset 6, which the archive
 * is made with unless told, is tuned to what is in it: bench/README.md tells what that gains and costs.
 */
export const lzmaOptions = (preset: number, content: Content): LzmaOptions | undefined =>
  preset === 6 ? BY_CONTENT[content] : undefined
