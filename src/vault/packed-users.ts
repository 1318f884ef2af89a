/** A line of users.csv; `key` is its first cell. Both as bytes. */
interface UserLine {
  readonly key: Buffer
  readonly line: Buffer
}

/** Before each line its length and that of its key, 32 bits each. */
const HEADER_BYTES = 8

/** What a line of so many bytes takes when it is packed. */
export const packedBytes = (line: number): number => HEADER_BYTES + line

/** Put the lengths of a line and of its key into `into`; answers where the line goes. */
export function packHeader(into: Buffer, at: number, { line, key }: { line: number; key: number }): number {
  into.writeUInt32LE(line, at)
  into.writeUInt32LE(key, at + 4)
  return at + HEADER_BYTES
}

/** The lines that are packed, in their order. */
export function* unpackUsers(packed: Uint8Array<ArrayBuffer>): Generator<UserLine> {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  for (let at = 0; at < bytes.length;) {
    const start = at + HEADER_BYTES
    const line = bytes.subarray(start, start + bytes.readUInt32LE(at))
    yield { key: line.subarray(0, bytes.readUInt32LE(at + 4)), line }
    at = start + line.length
  }
}
