import { join } from 'node:path'
import { errorText } from '../operator-error.js'
import { oneLine } from '../tweet/cell.js'
import { cellIndex, tweetColumns, userColumns } from '../tweet/columns.js'
import { readLine } from '../tweet/flatten.js'
import { retrievedMs, type MergedRow, type Servers } from '../tweet/row.js'
import type { ArchiveKind } from './archive-names.js'
import type { Book } from './book.js'
import { checkedContent, checkRows } from './checked-content.js'
import { compressor, fileBytes, type Compressor } from './compressor.js'
import { csvRows, textLines } from './csv.js'
import { DamagedArchiveError } from './damaged-archive-error.js'
import type { KeptContent } from './kept-content.js'
import { entryOf, lostRows } from './lost-rows.js'
import { rejectedLineSchema, type RejectedLine } from './rejected-lines.js'
import { TableReader } from './table-reader.js'
import { unzstd } from './zstd-stream.js'
import { XzProcessError } from './xz-fault.js'

/**
 * The rows of an archived hour, by ID ascending, in batches. Nothing is yielded of a file whose hash is not the book's.
 * `reader` is whatever reads .xz here where none is given.
 * @throws DamagedArchiveError; after the last batch too, where content or count are not the book's
 */
export async function* archivedRows(
  vault: string,
  book: Book,
  reader?: Reader,
  signal?: AbortSignal,
): AsyncGenerator<MergedRow[]> {
  let table: TableReader | undefined
  const toRows = (lines: string[][]) => {
    const tweets = (table ??= new TableReader(lines.shift(), tweetColumns, entryOf(book, 'tweets')?.columns))
    return lines.map((line) => rowOf(tweets.cells(line)))
  }
  yield* readBack({ vault, book, kind: 'tweets' }, (text) => batches(csvRows(text), toRows), reader, signal)
}

/** The rejected lines of an archived hour, in batches. @throws DamagedArchiveError, as `archivedRows` does */
export async function* archivedRejects(
  vault: string,
  book: Book,
  reader?: Reader,
  signal?: AbortSignal,
): AsyncGenerator<RejectedLine[]> {
  const toLines = (lines: string[]) => lines.map((line) => rejectedLineSchema.parse(JSON.parse(line)))
  yield* readBack({ vault, book, kind: 'rejected' }, (text) => batches(textLines(text), toLines), reader, signal)
}

/** The IDs of an archived hour, in batches. @throws DamagedArchiveError, as `archivedRows` does */
export async function* archivedIds(
  vault: string,
  book: Book,
  reader?: Reader,
  signal?: AbortSignal,
): AsyncGenerator<string[]> {
  yield* readBack({ vault, book, kind: 'IDs' }, textLines, reader, signal)
}

/** The lines of users.csv of an archived hour as cells, in batches. @throws DamagedArchiveError, as `archivedRows` does */
export async function* archivedUsers(
  vault: string,
  book: Book,
  reader?: Reader,
  signal?: AbortSignal,
): AsyncGenerator<string[][]> {
  let table: TableReader | undefined
  const toUsers = (lines: string[][]) => {
    const users = (table ??= new TableReader(lines.shift(), userColumns, entryOf(book, 'users')?.columns))
    return lines.map((line) => users.cells(line).map(oneLine))
  }
  yield* readBack({ vault, book, kind: 'users' }, (text) => batches(csvRows(text), toUsers), reader, signal)
}

/**
 * What an hour's files keep of tweets whose rows were lost with a damaged tweets.csv.xz; `undefined` where nothing was, or
 * their IDs were lost too.
 */
export function keptContent(vault: string, book: Book, signal?: AbortSignal): KeptContent | undefined {
  if (lostRows(book) === 0) return undefined
  return {
    ids: archivedIds(vault, book, undefined, signal),
    users: archivedUsers(vault, book, undefined, signal),
  }
}

/** A tweet's line as X sent it. */
export interface KeptLine {
  readonly id: string
  readonly line: Uint8Array
}

/** The lines that were kept of an archived hour, by ID ascending, in batches. @throws DamagedArchiveError, as `archivedRows` does */
export async function* archivedLines(vault: string, book: Book, signal?: AbortSignal): AsyncGenerator<KeptLine[]> {
  const toLines = (lines: string[]) => lines.map(toKeptLine)
  yield* readBack(
    { vault, book, kind: 'raw' },
    (text) => batches(textLines(text), toLines),
    { decompress: unzstd },
    signal,
  )
}

function toKeptLine(text: string): KeptLine {
  const line = Buffer.from(text)
  const read = readLine(line)
  if (read.kind === 'rejected') throw new Error(read.reason)
  return { id: read.id, line }
}

async function* batches<From, To>(from: AsyncIterable<From>, convert: (batch: From) => To): AsyncGenerator<To> {
  for await (const batch of from) yield convert(batch)
}

type Reader = Pick<Compressor, 'decompress'>

/** What `parse` makes of a file's content, counted; nothing where the book names no such file. */
async function* readBack<Item>(
  { vault, book, kind }: { vault: string; book: Book; kind: ArchiveKind },
  parse: (text: AsyncIterable<string>) => AsyncIterable<Item[]>,
  reader?: Reader,
  signal?: AbortSignal,
): AsyncGenerator<Item[]> {
  const entry = entryOf(book, kind)
  if (!entry) return
  const path = join(vault, book.hour.slice(0, 10), entry.name)
  const { decompress } = reader ?? (await compressor('auto', { preset: 6, threads: 0 }))
  const content = checkedContent(path, entry, () => decompress(fileBytes(path), signal), signal)
  let rows = 0
  try {
    for await (const batch of parse(utf8Text(content))) {
      rows += batch.length
      if (batch.length > 0) yield batch
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof DamagedArchiveError || error instanceof XzProcessError
      ? error
      : new DamagedArchiveError(path, errorText(error), error)
  }
  checkRows(path, entry, rows)
}

async function* utf8Text(content: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  for await (const chunk of content) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

/** A row of the cells of `tweetColumns`. Rows of older archives have line breaks in their names and places; here none has. */
export function rowOf(line: readonly string[]): MergedRow {
  const servers = line.at(-1)
  if (!isServers(servers)) throw new Error(`a row is ${line.join()}`)
  const cells = line.slice(0, -1).map(oneLine)
  return {
    id: cells[cellIndex.id] ?? '',
    cells,
    retrievedMs: retrievedMs(cells[cellIndex.retrieved_at] ?? ''),
    servers,
  }
}

const isServers = (text: string | undefined): text is Servers => text === '1' || text === '2' || text === '12'
