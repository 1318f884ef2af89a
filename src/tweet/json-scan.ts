import { isSame } from './bytes.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const FIRST_PLAIN = 0x20
const LETTER_U = 0x75
const LETTER_T = 0x74
const LETTER_F = 0x66
const LETTER_N = 0x6e
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
const NULL = Buffer.from('null')

const LONGEST_ID = 19

/** X's payloads have six levels or so; each level here is one on the stack. */
const MOST_LEVELS = 32

/** In place of where something ends. No byte stands there, so that whatever looks for one comes to the same answer. */
export const UNSURE = -1

/** Which object a member belongs to; the scan knows what its numbers stand for. */
export type Place = number
export const ROOT: Place = 0
/** Nothing in here is looked for. */
export const ELSEWHERE: Place = 1

const NOTHING = Buffer.alloc(0)

/** What a byte may stand for in JSON: several of these added up. */
const PLAIN = 1
const HEX = 2
const ESCAPED = 4
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte)
  const isPlain = byte >= FIRST_PLAIN && byte !== QUOTE && byte !== BACKSLASH
  return (isPlain ? PLAIN : 0) + (/[\dA-Fa-f]/.test(letter) ? HEX : 0) + (/["\\/bfnrt]/.test(letter) ? ESCAPED : 0)
})

/**
 * Goes over lines of JSON without making values of them. Sure only of what `JSON.parse` would take and X would write:
 * unsure of every other byte, and of JSON with blanks, with an escape in a name, with an exponent, or very deep. Whether
 * the texts are UTF-8 is not looked at. Methods that end in `End` take where something begins, and answer where what
 * follows it begins, or UNSURE.
 */
export abstract class JsonScan {
  protected line: Buffer = NOTHING

  /** Of the member of an object in `place` whose name stands from `name` up to `nameEnd`. */
  protected abstract memberEnd(name: number, nameEnd: number, place: Place, levels: number): number

  /** Whether the whole of `line` is one object. */
  protected isObject(line: Buffer): boolean {
    this.line = line
    return line[0] === OPEN_BRACE && this.objectEnd(1, ROOT, 0) === line.length
  }

  /** Of a value; where it is an object, in `place`; where it is a list, one with elements in `elements`. */
  protected valueEnd(at: number, levels: number, place = ELSEWHERE, elements = ELSEWHERE): number {
    const first = this.line[at]
    if (first === QUOTE) return this.#textEnd(at + 1)
    if (first === OPEN_BRACE) return this.objectEnd(at + 1, place, levels + 1)
    if (first === OPEN_BRACKET) return this.#listEnd(at + 1, elements, levels + 1)
    if (first === MINUS || isDigit(first)) return this.#numberEnd(at)
    return this.#literalEnd(at)
  }

  /** Of an element of a list. */
  protected elementEnd(at: number, place: Place, levels: number): number {
    return this.valueEnd(at, levels, place)
  }

  protected objectEnd(start: number, place: Place, levels: number): number {
    const { line } = this
    if (line[start] === CLOSE_BRACE) return start + 1
    if (levels > MOST_LEVELS) return UNSURE
    for (let at = start; ; at += 1) {
      if (line[at] !== QUOTE) return UNSURE
      const nameEnd = this.#plainEnd(at + 1)
      if (line[nameEnd] !== QUOTE || line[nameEnd + 1] !== COLON) return UNSURE
      at = this.memberEnd(at + 1, nameEnd, place, levels)
      if (line[at] === CLOSE_BRACE) return at + 1
      if (line[at] !== COMMA) return UNSURE
    }
  }

  /** Whether the value from `start` up to `end` is an ID; see `isId` of snowflake.ts. */
  protected isId(start: number, end: number): boolean {
    const digits = end - start - 2
    const isText = this.line[start] === QUOTE && this.line[start + 1] !== ZERO
    return isText && digits > 0 && digits <= LONGEST_ID && this.digitsEnd(start + 1) === end - 1
  }

  protected digitsEnd(start: number): number {
    let at = start
    while (isDigit(this.line[at])) at += 1
    return at
  }

  protected isWord(word: Buffer, start: number, end: number): boolean {
    return end - start === word.length && isSame(this.line, start, word, 0, word.length)
  }

  #listEnd(start: number, elements: Place, levels: number): number {
    const { line } = this
    if (line[start] === CLOSE_BRACKET) return start + 1
    if (levels > MOST_LEVELS) return UNSURE
    for (let at = start; ; at += 1) {
      at = this.elementEnd(at, elements, levels)
      if (line[at] === CLOSE_BRACKET) return at + 1
      if (line[at] !== COMMA) return UNSURE
    }
  }

  /** Of the text whose opening quote is just before `at`. */
  #textEnd(at: number): number {
    const { line } = this
    let end = this.#plainEnd(at)
    while (line[end] === BACKSLASH) end = this.#plainEnd(this.#escapeEnd(end + 1))
    return line[end] === QUOTE ? end + 1 : UNSURE
  }

  /** Where the next byte is that may not stand for itself in a text, or the line's end. */
  #plainEnd(start: number): number {
    const { line } = this
    const { length } = line
    let at = start
    while (at < length && is(PLAIN, line[at])) at += 1
    return at
  }

  /** Behind a backslash; the line's length, where no text goes on, in place of UNSURE. */
  #escapeEnd(at: number): number {
    const { line } = this
    if (at + 4 >= line.length) return line.length
    if (is(ESCAPED, line[at])) return at + 1
    if (line[at] !== LETTER_U) return line.length
    const areHex = is(HEX, line[at + 1]) && is(HEX, line[at + 2]) && is(HEX, line[at + 3]) && is(HEX, line[at + 4])
    return areHex ? at + 5 : line.length
  }

  #numberEnd(start: number): number {
    const { line } = this
    const whole = line[start] === MINUS ? start + 1 : start
    const wholeEnd = this.digitsEnd(whole)
    if (wholeEnd === whole || (line[whole] === ZERO && wholeEnd > whole + 1)) return UNSURE
    if (line[wholeEnd] !== POINT) return wholeEnd
    const end = this.digitsEnd(wholeEnd + 1)
    return end > wholeEnd + 1 ? end : UNSURE
  }

  #literalEnd(at: number): number {
    const first = this.line[at]
    if (first === LETTER_T) return this.#wordEnd(TRUE, at)
    if (first === LETTER_F) return this.#wordEnd(FALSE, at)
    return first === LETTER_N ? this.#wordEnd(NULL, at) : UNSURE
  }

  #wordEnd(word: Buffer, at: number): number {
    return this.isWord(word, at, at + word.length) ? at + word.length : UNSURE
  }
}

const is = (kind: number, byte: number | undefined): boolean => ((KINDS[byte ?? 0] ?? 0) & kind) !== 0

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE
