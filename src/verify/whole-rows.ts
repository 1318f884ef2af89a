import { errorText, OperatorError } from '../operator-error.js'
import type { MergedRow } from '../tweet/row.js'
import { tweetColumns } from '../tweet/columns.js'
import { compareIds } from '../tweet/snowflake.js'
import { rowOf } from '../vault/archived-rows.js'
import { checkColumnsKnown, UnknownColumnsError } from '../vault/known-columns.js'
import { fileBytes } from '../vault/compressor.js'
import { csvRows, textLines } from '../vault/csv.js'
import { rejectedLineSchema, type RejectedLine } from '../vault/rejected-lines.js'
import { TableReader } from '../vault/table-reader.js'
import { XzProcessError } from '../vault/xz-fault.js'
import type { Reader } from './archive-content.js'

/** Neither the book nor the tweets of an hour can be trusted: a person must decide. */
export class UnmendableHourError extends OperatorError {
  constructor(fault: string, cause?: unknown) {
    super(
      `its book is damaged or gone, and ${fault}: restore the one or the other from a copy and run verify --mend again; where ` +
        'there is none, move its files out of the vault, and process-hour archives what server 2 still keeps of it',
      { cause },
    )
  }
}

/** The rows of a tweets.csv.xz of which no book says what it must hold, by ID ascending. @throws UnmendableHourError, UnknownColumnsError */
export async function* wholeRows(path: string, reader: Reader, signal: AbortSignal): AsyncGenerator<MergedRow[]> {
  let table: TableReader | undefined
  let last: string | undefined
  try {
    for await (const batch of csvRows(textOf(path, reader, signal))) {
      const tweets = (table ??= tableOf(path, batch.shift()))
      const rows = batch.map((line) => rowOf(tweets.cells(line)))
      for (const { id } of rows) {
        if (last !== undefined && compareIds(last, id) >= 0) throw new Error(`${id} comes after ${last}`)
        last = id
      }
      yield rows
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof XzProcessError || error instanceof UnknownColumnsError) throw error
    throw new UnmendableHourError(`${path} cannot be read (${errorText(error)})`, error)
  }
  if (!table) throw new UnmendableHourError(`${path} is empty`)
}

function tableOf(path: string, header: string[] | undefined): TableReader {
  checkColumnsKnown(path, 'tweets', header ?? [])
  return new TableReader(header, tweetColumns)
}

/** The lines of an .xz file; `undefined` where it is not there or cannot be read to its end. */
export async function wholeLines(path: string, reader: Reader, signal: AbortSignal): Promise<string[] | undefined> {
  const lines: string[] = []
  try {
    for await (const batch of textLines(textOf(path, reader, signal))) lines.push(...batch)
    return lines
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof XzProcessError) throw error
    return undefined
  }
}

/** The rejected lines of an .xz file; `undefined` as above, and where one has another form. */
export async function wholeRejects(
  path: string,
  reader: Reader,
  signal: AbortSignal,
): Promise<RejectedLine[] | undefined> {
  const lines = await wholeLines(path, reader, signal)
  try {
    return lines?.map((line) => rejectedLineSchema.parse(JSON.parse(line)))
  } catch {
    return undefined
  }
}

async function* textOf(path: string, { decompress }: Reader, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  for await (const chunk of decompress(fileBytes(path), signal)) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}
