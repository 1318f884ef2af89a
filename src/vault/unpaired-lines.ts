import { linesWith } from './lines-with.js'

const BACKSLASH = 0x5c
const LETTER_U = 0x75
const ESCAPE_BYTES = 6

/**
 * How many of these lines of valid JSON, each with its line end, have half a surrogate pair among their escapes: jq and others
 * stop at the first of them.
 */
export const unpairedLines = (lines: Uint8Array): number => linesWith(lines, BACKSLASH, escapeBytes)

/** Of the character whose escape begins at `at`; 0 where that is half of one. */
function escapeBytes(bytes: Buffer, at: number): number {
  if (bytes[at + 1] !== LETTER_U) return 2
  const unit = unitAt(bytes, at)
  if (unit < 0xd800 || unit > 0xdfff) return ESCAPE_BYTES
  if (unit > 0xdbff || bytes[at + 6] !== BACKSLASH || bytes[at + 7] !== LETTER_U) return 0
  const second = unitAt(bytes, at + ESCAPE_BYTES)
  return second >= 0xdc00 && second <= 0xdfff ? 2 * ESCAPE_BYTES : 0
}

const unitAt = (bytes: Buffer, at: number): number => Number.parseInt(bytes.toString('latin1', at + 2, at + 6), 16)
