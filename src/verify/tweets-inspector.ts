import { createHash, type Hash } from 'node:crypto'
import { cellIndex, tweetColumns } from '../tweet/columns.js'
import type { MergedRow, Servers } from '../tweet/row.js'
import { rowOf } from '../vault/archived-rows.js'
import type { Book } from '../vault/book.js'
import { csvRows } from '../vault/csv.js'
import { TableReader } from '../vault/table-reader.js'
import type { Inspector } from './archive-content.js'
import type { IdOrder } from './id-order.js'
import { NumberTraces } from './number-traces.js'

const OTHER_IDS = ['conversation_id', 'author_id', 'referenced_tweet_id'] as const

/** What tweets.csv says: its IDs, who wrote them, and which servers delivered them. */
export class TweetsInspector implements Inspector {
  readonly authors = new Set<string>()
  readonly #ids: IdOrder
  readonly #columns: readonly string[] | undefined
  readonly #seen: Set<string> | undefined
  readonly #idsHash: Hash = createHash('sha256')
  readonly #servers: Record<Servers, number> = { '1': 0, '2': 0, '12': 0 }
  readonly #others = OTHER_IDS.map((column) => ({ column, traces: new NumberTraces(column) }))
  rows = 0

  /** `seen` is given every ID, where it is wanted; `columns` are the booked ones. */
  constructor(ids: IdOrder, columns?: readonly string[], seen?: Set<string>) {
    this.#ids = ids
    this.#columns = columns
    this.#seen = seen
  }

  async read(text: AsyncIterable<string>): Promise<void> {
    let table: TableReader | undefined
    for await (const batch of csvRows(text)) {
      const tweets = (table ??= new TableReader(batch.shift(), tweetColumns, this.#columns))
      for (const line of batch) this.#see(rowOf(tweets.cells(line)))
    }
    table ??= new TableReader(undefined, tweetColumns)
  }

  /** SHA-256 of its IDs as IDs.txt has them. */
  idsSha256(): string {
    return this.#idsHash.copy().digest('hex')
  }

  faults({ only_1, only_2, both }: Book): string[] {
    const counts = this.#servers
    const agrees = counts['1'] === only_1 && counts['2'] === only_2 && counts['12'] === both
    return [
      ...this.#ids.faults(),
      ...this.#others.flatMap(({ traces }) => traces.faults()),
      ...(agrees
        ? []
        : [
            `its column servers has ${counts['1']} of server 1 alone, ${counts['2']} of 2 alone, ${counts['12']} of both; ` +
              `the book has ${only_1}, ${only_2} and ${both}`,
          ]),
    ]
  }

  #see({ id, cells, servers }: MergedRow): void {
    this.rows += 1
    this.#ids.see(id)
    this.#seen?.add(id)
    this.#idsHash.update(`${id}\n`)
    this.#servers[servers] += 1
    const author = cells[cellIndex.author_id]
    if (author) this.authors.add(author)
    for (const { column, traces } of this.#others) traces.see(cells[cellIndex[column]] ?? '')
  }
}
