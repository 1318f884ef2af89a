import { cellIndex } from './columns.js'
import { csvCells } from './csv-line.js'
import type { Row } from './row.js'

/** What a row's bytes are written from. */
export interface RowSource {
  readonly retrievedMs: number
  /** Whether the row has something in its cell `author_id`. */
  readonly namesAuthor: boolean
  /** What the row takes at most, in bytes, with the cells that users.csv has, too. */
  readonly mostBytes: number
  /**
   * Write the cells from `first` up to `last` into `into` at `at`, as `csvCells` does; answers where they end. UNSURE
   * where one cannot be written so, and where `at` is.
   */
  writeCells(into: Buffer, at: number, first: number, last: number): number
}

/** The most bytes of UTF-8 that a UTF-16 unit can need, where each is a quote that is doubled. */
const BYTES_A_UNIT = 6
/** Quotes around a cell and the comma behind it. */
const BYTES_A_CELL = 3

/** A row whose cells are texts; never unsure. */
export class TextRow implements RowSource {
  readonly retrievedMs: number
  readonly #cells: readonly string[]

  constructor({ cells, retrievedMs }: Row) {
    this.#cells = cells
    this.retrievedMs = retrievedMs
  }

  get namesAuthor(): boolean {
    return this.#cells[cellIndex.author_id] !== ''
  }

  get mostBytes(): number {
    return 2 * this.#cells.reduce((sum, cell) => sum + BYTES_A_UNIT * cell.length + BYTES_A_CELL, 0)
  }

  writeCells(into: Buffer, at: number, first: number, last: number): number {
    return at + into.write(csvCells(this.#cells, first, last), at)
  }
}
