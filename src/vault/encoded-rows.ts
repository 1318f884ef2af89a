import { cellIndex, userColumns } from '../tweet/columns.js'
import { csvLine } from '../tweet/csv-line.js'
import type { Row, Servers } from '../tweet/row.js'
import { compareIds } from '../tweet/snowflake.js'
import { packedBytes, packUser } from './packed-users.js'

/** Rows as the archive files hold them, ready to be handed from thread to thread. There is at least one. */
export interface EncodedRows {
  readonly count: number
  readonly firstId: string
  readonly lastId: string
  /** Of IDs.txt. */
  readonly ids: Uint8Array<ArrayBuffer>
  /** Of tweets.csv. */
  readonly tweets: Uint8Array<ArrayBuffer>
  /** Lines of users.csv, one for each row that names its author; see `unpackUsers`. */
  readonly users: Uint8Array<ArrayBuffer>
}

/** Where a row's bytes stand in the store: those of its line of tweets.csv, then those of users.csv. */
export interface StoredRow {
  readonly id: string
  readonly retrievedMs: number
  readonly start: number
  readonly tweetEnd: number
  /** Where the first cell of the author's line ends; `tweetEnd` where the row names no author. */
  readonly keyEnd: number
  readonly end: number
}

/** A row that is to be archived. */
export interface RowToEncode {
  readonly row: StoredRow
  readonly servers: Servers
}

const userCells = userColumns.map((name) => cellIndex[name])
/** The most bytes of UTF-8 that a UTF-16 unit can need. */
const BYTES_A_UNIT = 3
const LINE_END = '\n'.length

/** Rows as bytes, outside the JavaScript heap: of a minute with many tweets little else has to be held. */
export class RowStore {
  #bytes = Buffer.allocUnsafeSlow(1 << 20)
  #end = 0

  add({ id, cells, retrievedMs }: Row): StoredRow {
    const start = this.#end
    const tweetEnd = this.#write(csvLine(cells))
    const author = cells[cellIndex.author_id]
    if (!author) return { id, retrievedMs, start, tweetEnd, keyEnd: tweetEnd, end: tweetEnd }
    const end = this.#write(csvLine(userCells.map((index) => cells[index] ?? '')))
    const keyEnd = tweetEnd + Buffer.byteLength(csvLine([author])) - LINE_END
    return { id, retrievedMs, start, tweetEnd, keyEnd, end }
  }

  /** The row's line of tweets.csv, without the last column. Holds until something is added. */
  tweetLine({ start, tweetEnd }: StoredRow): Buffer {
    return this.#bytes.subarray(start, tweetEnd)
  }

  /** Forget all rows. */
  clear(): void {
    this.#end = 0
  }

  /** @throws Error unless the rows ascend by ID, each once */
  encode(rows: readonly RowToEncode[]): EncodedRows {
    checkOrder(rows)
    return {
      count: rows.length,
      firstId: rows[0]?.row.id ?? '',
      lastId: rows.at(-1)?.row.id ?? '',
      ids: new TextEncoder().encode(rows.map(({ row }) => row.id + '\n').join('')),
      tweets: this.#tweets(rows),
      users: this.#users(rows),
    }
  }

  #tweets(rows: readonly RowToEncode[]): Uint8Array<ArrayBuffer> {
    const size = ({ row, servers }: RowToEncode) => row.tweetEnd - row.start + servers.length + 1
    const bytes = Buffer.from(new ArrayBuffer(rows.reduce((sum, row) => sum + size(row), 0)))
    let at = 0
    for (const { row, servers } of rows) {
      at += this.#bytes.copy(bytes, at, row.start, row.tweetEnd - LINE_END)
      at += bytes.write(`,${servers}\n`, at, 'latin1')
    }
    return bytes
  }

  #users(rows: readonly RowToEncode[]): Uint8Array<ArrayBuffer> {
    const named = rows.filter(({ row }) => row.keyEnd > row.tweetEnd)
    const size = ({ row }: RowToEncode) => packedBytes(row.end - row.tweetEnd)
    const bytes = Buffer.from(new ArrayBuffer(named.reduce((sum, row) => sum + size(row), 0)))
    let at = 0
    for (const { row } of named)
      at += packUser(bytes, at, this.#bytes.subarray(row.tweetEnd, row.end), row.keyEnd - row.tweetEnd)
    return bytes
  }

  /** Answers where the text ends. */
  #write(text: string): number {
    const room = this.#end + text.length * BYTES_A_UNIT
    if (room > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * room)
      this.#bytes.copy(larger, 0, 0, this.#end)
      this.#bytes = larger
    }
    return (this.#end += this.#bytes.write(text, this.#end))
  }
}

function checkOrder(rows: readonly RowToEncode[]): void {
  let before: string | undefined
  for (const { row } of rows) {
    checkAscending(before, row.id)
    before = row.id
  }
}

/** @throws Error unless `id` is higher than `before` */
export function checkAscending(before: string | undefined, id: string): void {
  if (before !== undefined && compareIds(before, id) >= 0)
    throw new Error(`tweet ${id} came after ${before}: rows must come by ID, each once`)
}
