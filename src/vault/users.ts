import { cellIndex, userColumns } from '../tweet/columns.js'
import { csvLine } from '../tweet/csv-line.js'
import type { Row } from '../tweet/row.js'
import { LineStore } from './line-store.js'

const userCells = userColumns.map((name) => cellIndex[name])
/** How a line ends that has nothing after `author_id` and `lang`. */
const NO_DATA = Buffer.from(','.repeat(userColumns.length - 2) + '\n')
const LINES_AT_ONCE = 1000

/** The authors of an hour: one compact entry each, their line of users.csv. */
export class Users {
  readonly #lines = new LineStore()

  /** How many authors there are. */
  get count(): number {
    return this.#lines.count
  }

  /**
   * Take note of a tweet's author; tweets come by ID, ascending. An author's entry is of the last tweet that has author
   * data, else of the last one. A tweet that names no author has none.
   */
  see({ cells }: Row): void {
    const author = cells[cellIndex.author_id]
    if (!author) return
    const line = Buffer.from(csvLine(userCells.map((index) => cells[index] ?? '')))
    const key = Buffer.from(csvLine([author]).slice(0, -1))
    if (hasData(line) || !hasData(this.#lines.get(key))) this.#lines.set(key, line)
  }

  /** The lines of users.csv without its header, by author ID ascending, some at a time. */
  *lines(): Generator<string[]> {
    const places = this.#lines.places()
    for (let at = 0; at < places.length; at += LINES_AT_ONCE)
      yield Array.from(places.subarray(at, at + LINES_AT_ONCE), (place) => this.#lines.line(place).toString())
  }
}

const hasData = (line: Buffer | undefined): boolean =>
  line !== undefined && !line.subarray(-NO_DATA.length).equals(NO_DATA)
