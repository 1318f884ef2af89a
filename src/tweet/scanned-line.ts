import { isUtf8 } from 'node:buffer'
import { copyBytes, isSame } from './bytes.js'
import { cleanerFor } from './cell.js'
import { rowColumns, type RowColumn } from './columns.js'
import { writeCell } from './csv-bytes.js'
import { UNSURE } from './json-scan.js'
import { PayloadScan, slots, type Slot } from './payload-scan.js'
import { retrievedMs } from './row.js'
import type { RowSource } from './text-row.js'

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const SPACE = 0x20
const UNDERSCORE = 0x5f
const [LETTER_A, LETTER_F, LETTER_N, LETTER_T, LETTER_Z] = [0x61, 0x66, 0x6e, 0x74, 0x7a]
/** Numbers of so many digits are exact. */
const MOST_DIGITS = 15
const ORIGINAL = Buffer.from('original')
const NO_TIME = Buffer.alloc(0)

/** What a cell is made from. */
type Kind = 'text' | 'whole text' | 'author text' | 'author count' | 'reference type' | 'reference id' | 'references'

const sources: Readonly<Record<RowColumn, readonly [kind: Kind, slot: Slot]>> = {
  id: ['text', slots.id],
  conversation_id: ['text', slots.conversation_id],
  author_id: ['text', slots.author_id],
  created_at: ['text', slots.created_at],
  retrieved_at: ['text', slots.retrieved_at],
  source: ['text', slots.source],
  lang: ['text', slots.lang],
  text: ['whole text', slots.text],
  reference_type: ['reference type', slots.reference_type],
  referenced_tweet_id: ['reference id', slots.reference_id],
  'author.created_at': ['author text', slots.user_created_at],
  'author.location': ['author text', slots.user_location],
  'author.name': ['author text', slots.user_name],
  'author.username': ['author text', slots.user_username],
  'author.verified': ['author text', slots.user_verified],
  'author.protected': ['author text', slots.user_protected],
  'author.public_metrics.followers_count': ['author count', slots.user_followers],
  'author.public_metrics.following_count': ['author count', slots.user_following],
  'author.public_metrics.tweet_count': ['author count', slots.user_tweets],
  'author.public_metrics.listed_count': ['author count', slots.user_listed],
  referenced_tweets: ['references', slots.referenced_tweets],
}
const inOrder = rowColumns.map((column) => sources[column])

/**
 * A line of a minute file whose row is written from its bytes: what `readLine` would make of it, several times as fast.
 * It is unsure of what X does not write so; then only `readLine` can tell. To be used for one line after the other.
 */
export class ScannedLine extends PayloadScan implements RowSource {
  #time: Buffer = NO_TIME
  #retrievedMs = Infinity

  /** The ID of its tweet; `undefined` where that is not sure, or the line may not be valid. The line is not copied. */
  read(line: Buffer): string | undefined {
    if (!isUtf8(line) || !this.find(line)) return undefined
    return line.toString('latin1', this.start(slots.id) + 1, this.end(slots.id) - 1)
  }

  /** When it was received, in ms since 1970; `Infinity` where it does not say. */
  get retrievedMs(): number {
    const [start, end] = [this.start(slots.retrieved_at), this.end(slots.retrieved_at)]
    if (this.line[start] !== QUOTE) return Infinity
    // Of some forty tweets a second, one after the other, all say the same.
    if (end - start !== this.#time.length || !isSame(this.line, start, this.#time, 0, this.#time.length)) {
      this.#time = Buffer.from(this.line.subarray(start, end))
      const json = this.#time.toString()
      this.#retrievedMs = retrievedMs(cleanerFor(json)(JSON.parse(json) as string))
    }
    return this.#retrievedMs
  }

  get namesAuthor(): boolean {
    return (
      this.line[this.start(slots.author_id)] === QUOTE && this.end(slots.author_id) - this.start(slots.author_id) > 2
    )
  }

  get mostBytes(): number {
    return 2 * this.line.length + ORIGINAL.length + 4 * (rowColumns.length + 2)
  }

  writeCells(into: Buffer, at: number, first: number, last: number): number {
    let end = at
    for (let index = first; index < last && end >= 0; index += 1) {
      const source = inOrder[index]
      end = source ? this.#write(source[0], source[1], into, end) : UNSURE
      if (end >= 0) into[end++] = COMMA
    }
    return end
  }

  #write(kind: Kind, slot: Slot, into: Buffer, at: number): number {
    switch (kind) {
      case 'text':
        return this.#text(slot, into, at)
      case 'author text':
        return this.hasAuthor ? this.#text(this.ofAuthor(slot), into, at) : at
      case 'author count':
        return this.hasAuthor ? this.#count(this.ofAuthor(slot), into, at) : at
      case 'whole text':
        return this.#text(this.#wholeText(), into, at)
      case 'reference type':
        return this.references > 0
          ? this.#reference(0, slot, into, at)
          : copyBytes(ORIGINAL, 0, ORIGINAL.length, into, at)
      case 'reference id':
        return this.references > 0 ? this.#reference(0, slot, into, at) : at
      case 'references':
        return this.#references(into, at)
    }
  }

  /** A text, or a flag where that may be one. */
  #text(slot: number, into: Buffer, at: number): number {
    const [start, end] = [this.start(slot), this.end(slot)]
    if (start === 0) return at
    const first = this.line[start]
    if (first === QUOTE) return writeCell(this.line, start + 1, end - 1, into, at)
    if (first === LETTER_N) return at
    return this.#isFlag(slot, first) ? copyBytes(this.line, start, end, into, at) : UNSURE
  }

  #isFlag(slot: number, first: number | undefined): boolean {
    const mayBe = slot === this.ofAuthor(slots.user_verified) || slot === this.ofAuthor(slots.user_protected)
    return mayBe && (first === LETTER_T || first === LETTER_F)
  }

  #count(slot: number, into: Buffer, at: number): number {
    const [start, end] = [this.start(slot), this.end(slot)]
    if (start === 0 || this.line[start] === LETTER_N) return at
    const isWhole = end - start <= MOST_DIGITS && this.digitsEnd(start) === end
    return isWhole ? copyBytes(this.line, start, end, into, at) : UNSURE
  }

  /** A long post has its whole text in `note_tweet`, or under the newer name; `text` is then cut. */
  #wholeText(): Slot {
    const texts = [slots.note_tweet_text, slots.note_post_text] as const
    return (
      texts.find((slot) => this.line[this.start(slot)] === QUOTE && this.end(slot) - this.start(slot) > 2) ?? slots.text
    )
  }

  /** A reference's type or ID: sure of it only where it is as X writes it. */
  #reference(index: number, slot: Slot, into: Buffer, at: number): number {
    const place = this.ofReference(index, slot)
    const [start, end] = [this.start(place), this.end(place)]
    const isSure = this.line[start] === QUOTE && end - start > 2 && this.#isPlain(start + 1, end - 1, slot)
    return isSure ? copyBytes(this.line, start + 1, end - 1, into, at) : UNSURE
  }

  #isPlain(start: number, end: number, slot: Slot): boolean {
    if (slot === slots.reference_id) return this.digitsEnd(start) === end
    for (let at = start; at < end; at += 1) {
      const byte = this.line[at] ?? 0
      if (byte !== UNDERSCORE && (byte < LETTER_A || byte > LETTER_Z)) return false
    }
    // The model's collector wrote it where there is no reference.
    return !this.isWord(ORIGINAL, start, end)
  }

  #references(into: Buffer, at: number): number {
    let end = at
    for (let index = 0; index < this.references; index += 1) {
      if (index > 0) into[end++] = SPACE
      end = this.#reference(index, slots.reference_type, into, end)
      if (end < 0) return UNSURE
      into[end++] = COLON
      end = this.#reference(index, slots.reference_id, into, end)
      if (end < 0) return UNSURE
    }
    return end
  }
}
