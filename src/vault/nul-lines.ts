const ESCAPE = Buffer.from('\\u0000')
const BACKSLASH = 0x5c
const LF = 0x0a

/**
 * How many of these lines of valid JSON, each with its line end, have U+0000 among their escapes: PostgreSQL's json types refuse such a
 * line, and programs in C end a text at it.
 */
export function nulLines(lines: Uint8Array): number {
  const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength)
  let count = 0
  for (let at = bytes.indexOf(ESCAPE); at >= 0; at = bytes.indexOf(ESCAPE, at)) {
    if (isEscaped(bytes, at)) {
      at += ESCAPE.length
      continue
    }
    count += 1
    const lineEnd = bytes.indexOf(LF, at)
    if (lineEnd < 0) break
    at = lineEnd
  }
  return count
}

/** Whether the backslash at `at` is the second one of a pair, which stands for itself. */
function isEscaped(bytes: Buffer, at: number): boolean {
  let before = at
  while (before > 0 && bytes[before - 1] === BACKSLASH) before -= 1
  return (at - before) % 2 === 1
}
