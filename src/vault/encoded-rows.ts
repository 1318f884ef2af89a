import { authorCells, cellIndex, rowColumns } from '../tweet/columns.js'
import type { Row, Servers } from '../tweet/row.js'
import { compareIds } from '../tweet/snowflake.js'
import { TextRow, type RowSource } from '../tweet/text-row.js'
import { packedBytes, packHeader } from './packed-users.js'

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

/**
 * Where a row's bytes stand in the store: its line of tweets.csv, with its author's data from `authorStart` to `authorEnd`;
 * then the two cells with which the author's line of users.csv begins.
 */
export interface StoredRow {
  readonly id: string
  readonly retrievedMs: number
  readonly start: number
  readonly authorStart: number
  readonly authorEnd: number
  readonly tweetEnd: number
  /** Where the first of the two cells ends; `tweetEnd` where the row names no author. */
  readonly keyEnd: number
  readonly end: number
}

/** A row that is to be archived. */
export interface RowToEncode {
  readonly row: StoredRow
  readonly servers: Servers
}

const COMMA_BYTES = 1
const LINE_END = '\n'
const LF = 0x0a

/** How long a row's line of users.csv is: the comma behind the author's data becomes its line end. */
const userBytes = ({ tweetEnd, end, authorStart, authorEnd }: StoredRow): number =>
  end - tweetEnd + (authorEnd - authorStart)

/** Rows as bytes, outside the JavaScript heap: of a minute with many tweets little else has to be held. */
export class RowStore {
  #bytes = Buffer.allocUnsafeSlow(1 << 20)
  #end = 0

  add(row: Row): StoredRow {
    const stored = this.addFrom(row.id, new TextRow(row))
    if (!stored) throw new Error(`tweet ${row.id} has a row that cannot be written`)
    return stored
  }

  /** The row of the tweet `id`; `undefined` where `source` is not sure of it. */
  addFrom(id: string, source: RowSource): StoredRow | undefined {
    this.#makeRoom(source.mostBytes)
    const { retrievedMs, namesAuthor } = source
    const write = (at: number, first: number, last: number) => source.writeCells(this.#bytes, at, first, last)
    const start = this.#end
    const authorStart = write(start, 0, authorCells.first)
    const authorEnd = write(authorStart, authorCells.first, authorCells.last)
    const tweetEnd = write(authorEnd, authorCells.last, rowColumns.length)
    const langStart = namesAuthor ? write(tweetEnd, cellIndex.author_id, cellIndex.author_id + 1) : tweetEnd
    const end = namesAuthor ? write(langStart, cellIndex.lang, cellIndex.lang + 1) : tweetEnd
    if (end < 0) return undefined
    this.#end = end
    const keyEnd = namesAuthor ? langStart - COMMA_BYTES : tweetEnd
    return { id, retrievedMs, start, authorStart, authorEnd, tweetEnd, keyEnd, end }
  }

  /** The row's line of tweets.csv without the last column and its comma. Holds until something is added. */
  tweetLine({ start, tweetEnd }: StoredRow): Buffer {
    return this.#bytes.subarray(start, tweetEnd - COMMA_BYTES)
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
    const size = ({ row, servers }: RowToEncode) => row.tweetEnd - row.start + servers.length + LINE_END.length
    const bytes = Buffer.from(new ArrayBuffer(rows.reduce((sum, row) => sum + size(row), 0)))
    let at = 0
    for (const { row, servers } of rows) {
      at += this.#bytes.copy(bytes, at, row.start, row.tweetEnd)
      at += bytes.write(servers + LINE_END, at, 'latin1')
    }
    return bytes
  }

  #users(rows: readonly RowToEncode[]): Uint8Array<ArrayBuffer> {
    const named = rows.filter(({ row }) => row.keyEnd > row.tweetEnd)
    const bytes = Buffer.from(new ArrayBuffer(named.reduce((sum, { row }) => sum + packedBytes(userBytes(row)), 0)))
    let at = 0
    for (const { row } of named) {
      at = packHeader(bytes, at, { line: userBytes(row), key: row.keyEnd - row.tweetEnd })
      at += this.#bytes.copy(bytes, at, row.tweetEnd, row.end)
      at += this.#bytes.copy(bytes, at, row.authorStart, row.authorEnd)
      bytes[at - 1] = LF
    }
    return bytes
  }

  #makeRoom(bytes: number): void {
    const room = this.#end + bytes
    if (room <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * room)
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
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
