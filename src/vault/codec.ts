/**
 * Every .xz file of the archive is cut into blocks of this many bytes of its content, so that the blocks can be
 * compressed side by side and the bytes do not depend on how many threads there are.
 */
export const BLOCK_BYTES = 8 << 20

export interface Effort {
  /** 0 to 9, as xz has it. */
  readonly preset: number
  /** 1 or more; changes the time and the memory, never the bytes. */
  readonly threads: number
}

/** A library or a program that writes and reads .xz: blocks of `BLOCK_BYTES` with their sizes, CRC64. */
export interface Codec {
  /** `xz 5.4.1`, `lzma-native 8.0.6 (liblzma 5.2.3)` */
  readonly label: string
  /** The compressed form of `content`. Leaving the loop early, or `signal`, ends the work and leaves nothing running. */
  compress(content: AsyncIterable<Buffer>, effort: Effort, signal?: AbortSignal): AsyncIterable<Buffer>
  /** The content of `compressed`. @throws Error on a bit that is wrong and on a file that is cut */
  decompress(compressed: AsyncIterable<Buffer>, signal?: AbortSignal): AsyncIterable<Buffer>
}
