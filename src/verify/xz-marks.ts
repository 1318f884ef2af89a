import { fileBytes } from '../vault/compressor.js'
import { sizedBlockAt } from '../vault/xz-block.js'
import { STREAM_HEADER, type IndexedBlock } from '../vault/xz-frame.js'

/** Where, in a file of .xz, a stream begins, or a block whose header has its sizes. */
export type Mark =
  | { readonly kind: 'stream'; readonly start: number }
  | { readonly kind: 'block'; readonly start: number; readonly end: number; readonly block: IndexedBlock }

/** The six bytes with which an .xz stream begins (xz-file-format.txt, 2.1.1.1). */
const MAGIC = STREAM_HEADER.subarray(0, 6)
/** The second byte of a block's header, where both sizes stand in it and there is one filter (3.1.2). */
const SIZES = 0xc0
/** No header of a block is longer. */
const MOST_HEADER_BYTES = 1024

/** The marks that a file has, whatever is damaged between them, by their places. A block's header is held against its CRC32. */
export async function* xzMarks(path: string): AsyncGenerator<Mark> {
  let offset = 0
  let bytes = Buffer.alloc(0)
  for await (const chunk of fileBytes(path)) {
    bytes = Buffer.concat([bytes, chunk])
    const searched = Math.max(0, bytes.length - MOST_HEADER_BYTES)
    yield* marksIn(bytes, searched, offset)
    bytes = bytes.subarray(searched)
    offset += searched
  }
  yield* marksIn(bytes, bytes.length, offset)
}

function marksIn(bytes: Buffer, end: number, offset: number): Mark[] {
  return [...streamsIn(bytes, end, offset), ...blocksIn(bytes, end, offset)].sort((a, b) => a.start - b.start)
}

function* streamsIn(bytes: Buffer, end: number, offset: number): Generator<Mark> {
  for (let at = bytes.indexOf(MAGIC); at >= 0 && at < end; at = bytes.indexOf(MAGIC, at + 1))
    yield { kind: 'stream', start: offset + at }
}

function* blocksIn(bytes: Buffer, end: number, offset: number): Generator<Mark> {
  for (let flags = bytes.indexOf(SIZES, 1); flags > 0 && flags <= end; flags = bytes.indexOf(SIZES, flags + 1)) {
    const found = sizedBlockAt(bytes, flags - 1)
    const start = offset + flags - 1
    if (found) yield { kind: 'block', start, end: start + found.end - (flags - 1), block: found.block }
  }
}
