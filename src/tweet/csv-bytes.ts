import { UNSURE } from './json-scan.js'

const QUOTE = 0x22
const COMMA = 0x2c
const SPACE = 0x20
const BACKSLASH = 0x5c
const TAB = 0x09
const BS = 0x08
const [LETTER_B, LETTER_F, LETTER_N, LETTER_R, LETTER_T, LETTER_U] = [0x62, 0x66, 0x6e, 0x72, 0x74, 0x75]
const NEXT_LINE = 0x85
const [LINE_SEPARATOR, PARAGRAPH_SEPARATOR] = [0x2028, 0x2029]
const REPLACEMENT = 0xfffd
const ESCAPE_BYTES = 6

/** Where something more has to be looked at than the byte alone: escapes, commas, and what U+0085, U+2028 and U+2029 begin with. */
const SPECIAL = new Uint8Array(256)
for (const byte of [BACKSLASH, COMMA, 0xc2, 0xe2]) SPECIAL[byte] = 1

const NOTHING = Buffer.alloc(0)

/** What stands in a text of JSON is written as a cell of CSV: see `writeCell`. To be used for one text after the other. */
class CellWriter {
  #from: Buffer = NOTHING
  #at = 0
  #into: Buffer = this.#from
  #out = 0
  #needsQuotes = false

  write(from: Buffer, start: number, end: number, into: Buffer, at: number): number {
    this.#begin(from, into)
    let out = at
    for (let read = start; read < end;) {
      const byte = from[read] ?? 0
      if (SPECIAL[byte] === 0) {
        into[out] = byte
        read += 1
        out += 1
        continue
      }
      this.#at = read
      this.#out = out
      if (!this.#special(byte)) return UNSURE
      read = this.#at
      out = this.#out
    }
    return this.#needsQuotes ? quoted(into, at, out) : out
  }

  #begin(from: Buffer, into: Buffer): void {
    this.#from = from
    this.#into = into
    this.#needsQuotes = false
  }

  #special(byte: number): boolean {
    if (byte === BACKSLASH) return this.#escape()
    if (byte === COMMA) this.#needsQuotes = true
    const broken = this.#lineBreak(byte)
    this.#put(broken > 0 ? SPACE : byte)
    this.#at += Math.max(broken, 1)
    return true
  }

  /** How many bytes a line break has that begins here, written as it is; else 0. */
  #lineBreak(byte: number): number {
    if (byte === COMMA) return 0
    const second = this.#from[this.#at + 1] ?? 0
    if (byte === 0xc2) return second === NEXT_LINE ? 2 : 0
    const third = this.#from[this.#at + 2] ?? 0
    return second === 0x80 && (third === 0xa8 || third === 0xa9) ? 3 : 0
  }

  #escape(): boolean {
    const letter = this.#from[this.#at + 1] ?? 0
    if (letter === LETTER_U) return this.#unicode()
    this.#at += 2
    if (letter === LETTER_N || letter === LETTER_R || letter === LETTER_F) this.#breakLine(letter)
    else if (letter === QUOTE) this.#quote()
    else this.#put(letter === LETTER_T ? TAB : letter === LETTER_B ? BS : letter)
    return true
  }

  /** CRLF is one line break. */
  #breakLine(letter: number): void {
    const isCrLf = letter === LETTER_R && this.#from[this.#at] === BACKSLASH && this.#from[this.#at + 1] === LETTER_N
    if (isCrLf) this.#at += 2
    this.#put(SPACE)
  }

  #quote(): void {
    this.#needsQuotes = true
    this.#put(QUOTE)
    this.#put(QUOTE)
  }

  /** False on what needs no escape in X's JSON, NUL among it: X writes none so. */
  #unicode(): boolean {
    const code = this.#codeUnit(this.#at)
    if (code < 0x80) return false
    this.#at += ESCAPE_BYTES
    if (code === NEXT_LINE || code === LINE_SEPARATOR || code === PARAGRAPH_SEPARATOR) this.#put(SPACE)
    else this.#putCode(this.#wellFormed(code))
    return true
  }

  /** The character that a code unit is or begins; the other half of a pair is passed over. */
  #wellFormed(code: number): number {
    if (code < 0xd800 || code > 0xdfff) return code
    const isPair = code < 0xdc00 && this.#from[this.#at] === BACKSLASH && this.#from[this.#at + 1] === LETTER_U
    const second = isPair ? this.#codeUnit(this.#at) : 0
    if (second < 0xdc00 || second > 0xdfff) return REPLACEMENT
    this.#at += ESCAPE_BYTES
    return 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00)
  }

  /** Of the escape `\u….` at `at`. */
  #codeUnit(at: number): number {
    let code = 0
    for (let digit = at + 2; digit < at + ESCAPE_BYTES; digit += 1)
      code = (code << 4) | (HEX[this.#from[digit] ?? 0] ?? 0)
    return code
  }

  #putCode(code: number): void {
    if (code < 0x800) this.#put(0xc0 | (code >> 6))
    else {
      if (code < 0x10000) this.#put(0xe0 | (code >> 12))
      else {
        this.#put(0xf0 | (code >> 18))
        this.#put(0x80 | ((code >> 12) & 0x3f))
      }
      this.#put(0x80 | ((code >> 6) & 0x3f))
    }
    this.#put(0x80 | (code & 0x3f))
  }

  #put(byte: number): void {
    this.#into[this.#out++] = byte
  }
}

const HEX = Uint8Array.from({ length: 256 }, (_, byte) => Number.parseInt(String.fromCharCode(byte), 16) || 0)

/** Puts quotes around the cell from `start` up to `end`; answers where it ends then. */
function quoted(cell: Buffer, start: number, end: number): number {
  cell.copyWithin(start + 1, start, end)
  cell[start] = QUOTE
  cell[end + 1] = QUOTE
  return end + 2
}

const writer = new CellWriter()

/**
 * Write what stands between the quotes of a text of JSON, valid and in UTF-8, from `start` up to `end` in `from`, into `into`
 * at `at`, as `csvLine` would write what the cleaner of `cell.ts` makes of it: a lone surrogate becomes U+FFFD, each line
 * break one space. Takes at most the bytes that the text has and 2 more. Answers where the cell ends, or UNSURE where
 * something is escaped that needs no escape.
 */
export const writeCell = (from: Buffer, start: number, end: number, into: Buffer, at: number): number =>
  writer.write(from, start, end, into, at)
