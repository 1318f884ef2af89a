import {
  CHECK_BYTES,
  crc32Of,
  indexAndFooter,
  onlyBlock,
  padded,
  readVli,
  roundedUp,
  STREAM_HEADER,
  vli,
} from './xz-frame.js'
import type { IndexedBlock } from './xz-frame.js'

/** Flags of a block's header (xz-file-format.txt, 3.1.2): the sizes stand in it; and how many filters there are but one. */
const HAS_SIZES = 0xc0
const MORE_FILTERS = 0x03
const CRC_BYTES = 4

/** A block of an .xz stream, taken out of a stream of its own. */
export interface XzBlock extends IndexedBlock {
  /** Its header, and all behind that. */
  readonly parts: readonly [header: Buffer, rest: Buffer]
}

/**
 * The block of a stream that has one, with both its sizes in its header, so that whoever reads the file can pass over it, and
 * can read several side by side; `undefined` where it is no such stream.
 */
export function blockOf(stream: Buffer): XzBlock | undefined {
  const found = onlyBlock(stream)
  const header = found && headerAt(stream, STREAM_HEADER.length)
  if (!header) return undefined
  const compressedBytes = found.unpaddedBytes - header.bytes - CHECK_BYTES
  const sized = sizedHeader({ filter: header.filter, compressedBytes, contentBytes: found.contentBytes })
  const rest = stream.subarray(STREAM_HEADER.length + header.bytes, found.end)
  return {
    unpaddedBytes: sized.length + compressedBytes + CHECK_BYTES,
    contentBytes: found.contentBytes,
    parts: [sized, rest],
  }
}

/** Where a block with its sizes in its header lies, when one begins at `at`; `undefined` where none does. */
export function sizedBlockAt(
  bytes: Buffer,
  at: number,
): { readonly end: number; readonly block: IndexedBlock } | undefined {
  const header = headerAt(bytes, at)
  if (header?.compressedBytes === undefined || header.contentBytes === undefined) return undefined
  const unpaddedBytes = header.bytes + header.compressedBytes + CHECK_BYTES
  return { end: at + roundedUp(unpaddedBytes), block: { unpaddedBytes, contentBytes: header.contentBytes } }
}

/** A block's bytes as a stream of its own. */
export const streamOf = (bytes: Buffer, block: IndexedBlock): Buffer =>
  Buffer.concat([STREAM_HEADER, bytes, indexAndFooter([block])])

interface BlockHeader {
  readonly bytes: number
  readonly filter: Buffer
  readonly compressedBytes: number | undefined
  readonly contentBytes: number | undefined
}

/** The header of a block with one filter; `undefined` where none stands there whole. */
function headerAt(bytes: Buffer, at: number): BlockHeader | undefined {
  const size = bytes[at]
  const flags = bytes[at + 1]
  if (size === undefined || flags === undefined || size === 0 || (flags & MORE_FILTERS) !== 0) return undefined
  const length = (size + 1) * 4
  const end = at + length - CRC_BYTES
  if (!crc32Of(bytes.subarray(at, end)).equals(bytes.subarray(end, end + CRC_BYTES))) return undefined
  const compressed = flags & 0x40 ? readVli(bytes, at + 2) : { value: undefined, end: at + 2 }
  const content =
    compressed && (flags & 0x80 ? readVli(bytes, compressed.end) : { value: undefined, end: compressed.end })
  const id = content && readVli(bytes, content.end)
  const properties = id && readVli(bytes, id.end)
  if (!properties || properties.end + properties.value > end) return undefined
  return {
    bytes: length,
    filter: bytes.subarray(content.end, properties.end + properties.value),
    compressedBytes: compressed.value,
    contentBytes: content.value,
  }
}

function sizedHeader({
  filter,
  compressedBytes,
  contentBytes,
}: {
  filter: Buffer
  compressedBytes: number
  contentBytes: number
}): Buffer {
  const fields = Buffer.concat([Buffer.from([0, HAS_SIZES]), vli(compressedBytes), vli(contentBytes), filter])
  const header = padded(fields)
  header[0] = header.length / 4
  return Buffer.concat([header, crc32Of(header)])
}
