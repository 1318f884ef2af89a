const CRLF = '\r\n'

/**
 * Where it is worth breaking what a server sends, in bytes from its first one: before and within the head, and at the
 * beginning, in the middle and at the end of each chunk; with TLS within and at the end of each record.
 */
export function placesIn(wire: Buffer, isTls: boolean): number[] {
  const parts = isTls ? recordEnds(wire) : [headEnd(wire), ...chunkEnds(wire)]
  const places = parts.flatMap((end, index) => {
    const from = parts[index - 1] ?? 0
    return [from + 1, (from + end) >> 1, end - 1, end]
  })
  return [...new Set([0, ...places])].filter((place) => place < wire.length).sort((a, b) => a - b)
}

const headEnd = (wire: Buffer): number => wire.indexOf(CRLF + CRLF) + 4

/** The end of each chunk of the body (RFC 9112, 7.1), with its line end. */
function chunkEnds(wire: Buffer): number[] {
  const ends: number[] = []
  let at = headEnd(wire)
  while (at < wire.length) {
    const line = wire.indexOf(CRLF, at)
    at = line + 2 + Number.parseInt(wire.toString('latin1', at, line), 16) + 2
    ends.push(at)
  }
  return ends
}

/** The end of each record: a type, a version and a length of two bytes come before it (RFC 8446, 5.1). */
function recordEnds(wire: Buffer): number[] {
  const ends: number[] = []
  for (let at = 0; at + 5 <= wire.length;) {
    at += 5 + wire.readUInt16BE(at + 3)
    ends.push(at)
  }
  return ends
}
