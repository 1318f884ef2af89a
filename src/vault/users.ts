import { userColumns } from '../tweet/columns.js'
import { keepAuthors, type KeptContent } from './kept-content.js'
import { LineStore } from './line-store.js'
import { unpackUsers } from './packed-users.js'

const LINES_AT_ONCE = 1000
/** How a line ends that has nothing after `author_id` and `lang`. */
const NO_DATA = Buffer.from(','.repeat(userColumns.length - 2) + '\n')

/** The authors of an hour: one compact entry each, their line of users.csv. */
export class Users {
  readonly #lines = new LineStore()

  /** How many authors there are. */
  get count(): number {
    return this.#lines.count
  }

  /**
   * Take note of packed authors of tweets, by the tweets' IDs within and across calls. An author's entry is of the last
   * tweet that has author data, else of the last one.
   */
  add(packed: Uint8Array<ArrayBuffer>): void {
    for (const { key, line } of unpackUsers(packed))
      if (hasData(line) || !hasData(this.#lines.get(key))) this.#lines.set(key, line)
  }

  /** Take note of authors whose tweets are lost, where none of theirs is there. */
  keep(users: KeptContent['users']): Promise<void> {
    return keepAuthors(this.#lines, users)
  }

  /** The lines of users.csv without its header, by author ID ascending, some at a time. */
  *lines(): Generator<Buffer[]> {
    const places = this.#lines.places()
    for (let at = 0; at < places.length; at += LINES_AT_ONCE)
      yield Array.from(places.subarray(at, at + LINES_AT_ONCE), (place) => this.#lines.line(place))
  }
}

const COMMA = 0x2c

/** Who has data has a number in the last cell as a rule, just before the line end. */
function hasData(line: Buffer | undefined): boolean {
  if (line === undefined) return false
  return line[line.length - 2] !== COMMA || !line.subarray(-NO_DATA.length).equals(NO_DATA)
}
