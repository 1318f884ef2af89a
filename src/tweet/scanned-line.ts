import { isUtf8 } from 'node:buffer'
import { copyBytes, isSame } from './bytes.js'
import { cleanerFor } from './cell.js'
import { AUTHOR, columns, type CellKind, type Column } from './columns.js'
import { writeCell } from './csv-bytes.js'
import { UNSURE } from './json-scan.js'
import { REFERENCE, slotOf, type Slot } from './payload-members.js'
import { PayloadScan } from './payload-scan.js'
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

/** A column as the scan sees it. */
interface Cell {
  readonly kind: CellKind
  readonly type: Column['type']
  readonly ofAuthor: boolean
  /** Of the members that it is made from, in the same order. */
  readonly slots: readonly [Slot, ...Slot[]]
}

const cells: readonly Cell[] = columns.map(({ kind, type, from: [first, ...others] }: Column) => ({
  kind,
  type,
  ofAuthor: first.startsWith(`${AUTHOR}.`),
  slots: [slotOf(first), ...others.map(slotOf)],
}))

const [ID, AUTHOR_ID, RETRIEVED_AT] = [slotOf('data.id'), slotOf('data.author_id'), slotOf('__twarc.retrieved_at')]
const [REFERENCE_TYPE, REFERENCE_ID] = [slotOf(`${REFERENCE}.type`), slotOf(`${REFERENCE}.id`)]

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
    return line.toString('latin1', this.start(ID) + 1, this.end(ID) - 1)
  }

  /** When it was received, in ms since 1970; `Infinity` where it does not say. */
  get retrievedMs(): number {
    const [start, end] = [this.start(RETRIEVED_AT), this.end(RETRIEVED_AT)]
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
    return this.line[this.start(AUTHOR_ID)] === QUOTE && this.end(AUTHOR_ID) - this.start(AUTHOR_ID) > 2
  }

  get mostBytes(): number {
    return 2 * this.line.length + ORIGINAL.length + 4 * (columns.length + 2)
  }

  writeCells(into: Buffer, at: number, first: number, last: number): number {
    let end = at
    for (let index = first; index < last && end >= 0; index += 1) {
      const cell = cells[index]
      end = cell ? this.#write(cell, into, end) : UNSURE
      if (end >= 0) into[end++] = COMMA
    }
    return end
  }

  #write(cell: Cell, into: Buffer, at: number): number {
    switch (cell.kind) {
      case 'value':
        return this.#value(cell, into, at)
      case 'whole text':
        return this.#text(this.#wholeText(cell.slots), into, at)
      case 'reference type':
        return this.references > 0
          ? this.#reference(0, REFERENCE_TYPE, into, at)
          : copyBytes(ORIGINAL, 0, ORIGINAL.length, into, at)
      case 'reference ID':
        return this.references > 0 ? this.#reference(0, REFERENCE_ID, into, at) : at
      case 'references':
        return this.#references(into, at)
    }
  }

  #value({ type, ofAuthor, slots: [slot] }: Cell, into: Buffer, at: number): number {
    if (ofAuthor && !this.hasAuthor) return at
    const place = ofAuthor ? this.ofAuthor(slot) : slot
    if (type === 'count') return this.#count(place, into, at)
    return type === 'flag' && this.#isFlag(place)
      ? copyBytes(this.line, this.start(place), this.end(place), into, at)
      : this.#text(place, into, at)
  }

  #text(slot: number, into: Buffer, at: number): number {
    const [start, end] = [this.start(slot), this.end(slot)]
    if (start === 0) return at
    const first = this.line[start]
    if (first === QUOTE) return writeCell(this.line, start + 1, end - 1, into, at)
    return first === LETTER_N ? at : UNSURE
  }

  #isFlag(slot: number): boolean {
    const start = this.start(slot)
    return start !== 0 && (this.line[start] === LETTER_T || this.line[start] === LETTER_F)
  }

  #count(slot: number, into: Buffer, at: number): number {
    const [start, end] = [this.start(slot), this.end(slot)]
    if (start === 0 || this.line[start] === LETTER_N) return at
    const isWhole = end - start <= MOST_DIGITS && this.digitsEnd(start) === end
    return isWhole ? copyBytes(this.line, start, end, into, at) : UNSURE
  }

  /** The first text that is not empty; else the last one there could be. */
  #wholeText(slots: readonly [Slot, ...Slot[]]): Slot {
    const whole = slots.find((slot) => this.line[this.start(slot)] === QUOTE && this.end(slot) - this.start(slot) > 2)
    return whole ?? slots[slots.length - 1] ?? slots[0]
  }

  /** A reference's type or ID: sure of it only where it is as X writes it. */
  #reference(index: number, slot: Slot, into: Buffer, at: number): number {
    const place = this.ofReference(index, slot)
    const [start, end] = [this.start(place), this.end(place)]
    const isSure = this.line[start] === QUOTE && end - start > 2 && this.#isPlain(start + 1, end - 1, slot)
    return isSure ? copyBytes(this.line, start + 1, end - 1, into, at) : UNSURE
  }

  #isPlain(start: number, end: number, slot: Slot): boolean {
    if (slot === REFERENCE_ID) return this.digitsEnd(start) === end
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
      end = this.#reference(index, REFERENCE_TYPE, into, end)
      if (end < 0) return UNSURE
      into[end++] = COLON
      end = this.#reference(index, REFERENCE_ID, into, end)
      if (end < 0) return UNSURE
    }
    return end
  }
}
