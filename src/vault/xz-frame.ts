import { crc32 } from 'node:zlib'

/**
 * What stands around the blocks of an .xz stream with CRC64: a header, and behind the last block the index and the footer.
 * Names and numbers: xz-file-format.txt, version 1.2.0.
 */

/** Magic (2.1.1.1), flags with the kind of check (2.1.1.2), CRC32 of the flags (2.1.1.3). */
const HEADER_MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])
const FLAGS = Buffer.from([0x00, 0x04])
export const STREAM_HEADER = Buffer.concat([HEADER_MAGIC, FLAGS, crc32Of(FLAGS)])

/** CRC64 of a block's content, behind it. */
export const CHECK_BYTES = 8

const FOOTER_MAGIC = Buffer.from('YZ')
const FOOTER_BYTES = 12
const INDEX_INDICATOR = 0x00

/** A block as the index has it: its bytes without those that fill up to a multiple of four, and those of its content. */
export interface IndexedBlock {
  readonly unpaddedBytes: number
  readonly contentBytes: number
}

/** The index of a stream with these blocks, and its footer. */
export function indexAndFooter(blocks: readonly IndexedBlock[]): Buffer {
  const records = blocks.flatMap(({ unpaddedBytes, contentBytes }) => [vli(unpaddedBytes), vli(contentBytes)])
  const list = padded(Buffer.concat([Buffer.from([INDEX_INDICATOR]), vli(blocks.length), ...records]))
  const index = Buffer.concat([list, crc32Of(list)])
  const tail = Buffer.concat([uint32(index.length / 4 - 1), FLAGS])
  return Buffer.concat([index, crc32Of(tail), tail, FOOTER_MAGIC])
}

/** Where the one block of a stream ends, and what its index says of it; `undefined` where it is no such stream of ours. */
export function onlyBlock(stream: Buffer): (IndexedBlock & { readonly end: number }) | undefined {
  if (stream.length < STREAM_HEADER.length + FOOTER_BYTES) return undefined
  const indexBytes = (stream.readUInt32LE(stream.length - FOOTER_BYTES + 4) + 1) * 4
  const end = stream.length - FOOTER_BYTES - indexBytes
  if (end < STREAM_HEADER.length) return undefined
  const count = readVli(stream, end + 1)
  const unpadded = count && readVli(stream, count.end)
  const content = unpadded && readVli(stream, unpadded.end)
  if (!content) return undefined
  const block = { unpaddedBytes: unpadded.value, contentBytes: content.value }
  // What we would write around this very block must be what stands there, checks and all.
  const isOurs =
    stream.subarray(0, STREAM_HEADER.length).equals(STREAM_HEADER) &&
    stream.subarray(end).equals(indexAndFooter([block]))
  return isOurs && end - STREAM_HEADER.length === roundedUp(block.unpaddedBytes) ? { ...block, end } : undefined
}

/** A number as the format writes it (1.2): seven bits a byte, the lowest first; all but the last have the eighth set. */
export function vli(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return Buffer.from([...bytes, rest])
}

/** The number that begins at `at`, and where it ends; `undefined` where there is none, or a larger one than we can count. */
export function readVli(bytes: Buffer, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0
  let factor = 1
  for (let end = at; end < bytes.length && factor < 2 ** 49; end += 1, factor *= 0x80) {
    const byte = bytes[end] ?? 0
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return { value, end: end + 1 }
  }
  return undefined
}

/** The next multiple of four. */
export const roundedUp = (bytes: number): number => Math.ceil(bytes / 4) * 4

/** Filled up with zeros to a multiple of four. */
export const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes], roundedUp(bytes.length))

export function crc32Of(bytes: Uint8Array): Buffer {
  return uint32(crc32(bytes))
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
