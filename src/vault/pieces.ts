const PIECE_BYTES = 256 << 10

/** A block in pieces, so that whoever works on it can be stopped between two. */
export function* pieces(block: Buffer): Generator<Buffer> {
  for (let at = 0; at < block.length; at += PIECE_BYTES) yield block.subarray(at, at + PIECE_BYTES)
}
