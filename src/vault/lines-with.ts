const LF = 0x0a

/**
 * How many of these lines, each with its line end, have a place that counts. `needle` is where one may begin; `bytesPast` answers how many
 * bytes to go on from there, 0 where it counts.
 */
export function linesWith(
  lines: Uint8Array,
  needle: Buffer | number,
  bytesPast: (bytes: Buffer, at: number) => number,
): number {
  const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength)
  let count = 0
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at)) {
    const past = bytesPast(bytes, at)
    if (past === 0) count += 1
    at = past > 0 ? at + past : bytes.indexOf(LF, at)
    if (at < 0) break
  }
  return count
}
