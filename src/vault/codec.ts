/** What compresses alike: two tables of text; IDs in order, a line each; and lines of another kind. */
export type Content = 'tweets' | 'users' | 'IDs' | 'lines'

const MIB = 1 << 20

/**
 * Every .xz file of the archive is one stream of blocks, each of this many bytes of its content, so that blocks can be
 * compressed and read side by side, and the bytes do not depend on how many threads there are. (Files of before 0.1 have a stream
 * for each block.) Tweets gain by large ones, of which they repeat much; the others don't, and in
 * small ones they keep all cores busy to the end.
 */
export const BLOCK_BYTES: Readonly<Record<Content, number>> = {
  tweets: 32 * MIB,
  users: 4 * MIB,
  IDs: 4 * MIB,
  lines: 4 * MIB,
}

/** 0 to 9 as xz has it, in size; or our own quicker options. */
export type Preset = number | 'fast'

/** What is to be compressed, and how. */
export interface Compression {
  readonly preset: Preset
  readonly content: Content
}

/** A library or a program that writes and reads .xz with CRC64. */
export interface Codec {
  /** `xz 5.4.1`, `lzma-native 8.0.6 (liblzma 5.2.3)` */
  readonly label: string
  /** How many blocks it can work on at the same time, however many cores there are. */
  readonly mostAtOnce: number
  /** `block` as an .xz stream of one block. `signal` ends the work and leaves nothing running. */
  compress(block: Buffer, how: Compression, signal?: AbortSignal): Promise<Buffer>
  /**
   * The content of one or more .xz streams. Leaving the loop early, or `signal`, leaves nothing running.
   * @throws Error on a bit that is wrong and on a stream that is cut
   */
  decompress(compressed: AsyncIterable<Buffer>, signal?: AbortSignal): AsyncIterable<Buffer>
}
