import { tweetColumns } from '../tweet/columns.js'
import type { MergedRow } from '../tweet/row.js'
import { compareIds } from '../tweet/snowflake.js'
import { rowOf } from '../vault/archived-rows.js'
import { csvRows } from '../vault/csv.js'
import type { Reader } from './archive-content.js'
import { TableReader } from '../vault/table-reader.js'
import { xzPieces } from './xz-pieces.js'
import { XzProcessError } from '../vault/xz-fault.js'

/** Where a row begins in the midst of text: after a line end, three IDs and a time. A text may begin within an ID. */
const ROW_START = /(?<=\n)\d{1,19},\d{1,19},\d{1,19},\d{4}-/

/**
 * The rows of a damaged tweets.csv.xz that can still be read, by ID ascending. Of its blocks each is read by itself; of
 * one that is damaged nothing is taken, for what a decoder gives before it notices may be wrong. The rows that such a gap cuts
 * are lost with it. `columns` is its header, which may be in a block that is lost.
 */
export async function* salvagedRows(
  path: string,
  columns: readonly string[],
  reader: Reader,
  signal: AbortSignal,
): AsyncGenerator<MergedRow[]> {
  let last: string | undefined
  for await (const text of wholeTexts(path, reader, signal)) {
    const rows: MergedRow[] = []
    for (const row of await rowsOf(text, columns)) {
      if (last !== undefined && compareIds(last, row.id) >= 0) continue
      last = row.id
      rows.push(row)
    }
    if (rows.length > 0) yield rows
  }
}

/** Runs of text between gaps, each from the beginning of a row, or of the file, to the end of one. */
async function* wholeTexts(path: string, { decompress }: Reader, signal: AbortSignal): AsyncGenerator<string> {
  let rest: Buffer | undefined = Buffer.alloc(0)
  for await (const { follows, bytes } of xzPieces(path)) {
    const content = await collect(decompress(bytes(), signal)).catch(unlessXzFailed)
    signal.throwIfAborted()
    const start = follows ? rest : undefined
    rest = undefined
    if (!content) continue
    const text = Buffer.concat([start ?? Buffer.alloc(0), content])
    const from = start ? 0 : firstRow(text)
    if (from === undefined) continue
    const end = lastRowEnd(text, from)
    yield text.toString('utf8', from, end)
    rest = text.subarray(end)
  }
}

/** A block that cannot be read is lost; one for which there was no memory is not. */
function unlessXzFailed(error: unknown): undefined {
  if (error instanceof XzProcessError) throw error
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

function firstRow(text: Buffer): number | undefined {
  // In latin1 a character is a byte, so that the place found is one in the buffer.
  const found = text.toString('latin1').search(ROW_START)
  return found < 0 ? undefined : found
}

/** The end of the last row: the last line end outside quotes. */
function lastRowEnd(text: Buffer, from: number): number {
  let quoted = false
  let end = from
  for (let at = from; at < text.length; at++) {
    if (text[at] === 0x22) quoted = !quoted
    else if (text[at] === 0x0a && !quoted) end = at + 1
  }
  return end
}

async function rowsOf(text: string, columns: readonly string[]): Promise<MergedRow[]> {
  const table = new TableReader(columns, tweetColumns)
  const rows: MergedRow[] = []
  try {
    for await (const batch of csvRows(once(text)))
      for (const line of batch) if (line.join() !== columns.join()) rows.push(rowOf(table.cells(line)))
  } catch {
    // Where a piece is missing without a trace, two halves make a row that is none: nothing behind it is to be trusted.
  }
  return rows
}

// eslint-disable-next-line @typescript-eslint/require-await -- the reader of CSV takes text as it comes
async function* once(text: string): AsyncGenerator<string> {
  yield text
}
