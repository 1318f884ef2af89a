import { linesWith } from './lines-with.js'

const ESCAPE = Buffer.from('\\u0000')
const BACKSLASH = 0x5c

/**
 * How many of these lines of valid JSON, each with its line end, have U+0000 among their escapes: PostgreSQL's json types refuse such a
 * line, and programs in C end a text at it.
 */
export const nulLines = (lines: Uint8Array): number =>
  linesWith(lines, ESCAPE, (bytes, at) => (isEscaped(bytes, at) ? ESCAPE.length : 0))

/** Whether the backslash at `at` is the second one of a pair, which stands for itself. */
function isEscaped(bytes: Buffer, at: number): boolean {
  let before = at
  while (before > 0 && bytes[before - 1] === BACKSLASH) before -= 1
  return (at - before) % 2 === 1
}
