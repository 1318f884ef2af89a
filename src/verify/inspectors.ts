import { userColumns } from '../tweet/columns.js'
import { compareIds } from '../tweet/snowflake.js'
import { csvRows, textLines } from '../vault/csv.js'
import { TableReader } from '../vault/table-reader.js'
import { rejectedLineSchema } from '../vault/rejected-lines.js'
import type { Inspector } from './archive-content.js'

/** Lines, each of which is looked at. */
export class LinesInspector implements Inspector {
  rows = 0
  readonly #look: (line: string) => void

  constructor(look: (line: string) => void = () => undefined) {
    this.#look = look
  }

  async read(text: AsyncIterable<string>): Promise<void> {
    for await (const lines of textLines(text))
      for (const line of lines) {
        this.rows += 1
        this.#look(line)
      }
  }
}

/** The rejected lines of an hour, counted by server. */
export class RejectedInspector extends LinesInspector {
  readonly servers = { 1: 0, 2: 0 }

  constructor() {
    super((line) => {
      this.servers[rejectedLineSchema.parse(JSON.parse(line)).server] += 1
    })
  }
}

/** The authors that users.csv has, by ID ascending. */
export class UsersInspector implements Inspector {
  readonly authors = new Set<string>()
  rows = 0
  readonly #columns: readonly string[] | undefined
  #unsorted = 0

  /** `columns` are the booked ones. */
  constructor(columns?: readonly string[]) {
    this.#columns = columns
  }

  async read(text: AsyncIterable<string>): Promise<void> {
    let table: TableReader | undefined
    let last = ''
    for await (const batch of csvRows(text)) {
      const users = (table ??= new TableReader(batch.shift(), userColumns, this.#columns))
      for (const line of batch) {
        const [author = ''] = users.cells(line)
        this.rows += 1
        if (compareIds(last, author) >= 0) this.#unsorted += 1
        last = author
        this.authors.add(author)
      }
    }
    table ??= new TableReader(undefined, userColumns)
  }

  /** Held against the authors of the hour's tweets, unless the rows of some tweets are lost. */
  faults(authors: ReadonlySet<string>, isLacking: boolean): string[] {
    const missing = [...authors].filter((author) => !this.authors.has(author))
    const strange = isLacking ? [] : [...this.authors].filter((author) => !authors.has(author))
    return [
      ...(this.#unsorted === 0 ? [] : [`${this.#unsorted} authors come after a higher or equal one: they must ascend`]),
      ...(missing.length === 0
        ? []
        : [`${missing.length} authors of the hour's tweets are not in it (${missing[0] ?? ''})`]),
      ...(strange.length === 0
        ? []
        : [`${strange.length} authors in it have no tweet in the hour (${strange[0] ?? ''})`]),
    ]
  }
}
