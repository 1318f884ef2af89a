import { parseMinuteFileName } from '../spool/minute-name.js'
import { REJECTED_FOLDER } from '../spool/rejected.js'
import type { ArchiveFile, Book, BookedInput, LostFile, ServerCounts } from '../vault/book.js'
import { entryOf } from '../vault/lost-rows.js'
import type { RejectedLine } from '../vault/rejected-lines.js'
import type { RowCounts } from './row-counts.js'

/** What could be read of a damaged hour, and was written anew. */
export interface Salvaged {
  readonly rows: RowCounts
  readonly rejected: readonly RejectedLine[]
  readonly archive: ArchiveFile[]
  readonly users: number
  readonly program: Book['program']
  readonly nowMs: number
  /** Which files were damaged, and where they are kept. */
  readonly cause: string
}

/** Whether nothing was lost: every tweet and every rejected line could be read. */
export const isWhole = (book: Book, { rows, rejected }: Pick<Salvaged, 'rows' | 'rejected'>): boolean =>
  rows.all === book.archived && rejected.length === book.servers[1].rejected + book.servers[2].rejected

/**
 * The next revision's book. Where nothing was lost it says what the earlier one said. Else the minute files whose lines could
 * not all be read are lost, and no longer inputs: what server 2 still keeps of them it then sends again, and what somebody
 * puts back is taken in.
 */
export function mendedBook(book: Book, salvaged: Salvaged): Book {
  const { rows, rejected, archive, users, program, nowMs } = salvaged
  const revision = book.revision + 1
  const whole = isWhole(book, salvaged)
  const gone = whole ? [] : book.inputs.filter((input) => !isReadWhole(input, book, salvaged))
  const entry = { revision, at: new Date(nowMs).toISOString(), change: describe(book, salvaged, gone.length) }
  const next = { ...book, revision, revisions: [...book.revisions, entry], archive, users, program }
  if (whole) return next
  const lost = [...(book.lost ?? []), ...gone.map((input) => lostInput(input, revision))]
  return {
    ...next,
    servers: { 1: countsOf(1, rows.of(1), rejected), 2: countsOf(2, rows.of(2), rejected) },
    archived: rows.all,
    both: rows.servers[12],
    only_1: rows.servers[1],
    only_2: rows.servers[2],
    missing_servers: book.redundant ? [2] : [],
    inputs: book.inputs.filter((input) => !gone.includes(input)),
    ...(lost.length > 0 && { lost }),
  }
}

/**
 * Whether all lines of the files of an input's minute are there. Repeated lines leave no trace, so that a minute with some
 * counts as lost: then it is sent again for nothing, and no harm done. Of a file that goes by receipt nothing is known.
 */
function isReadWhole({ server, name, listed }: BookedInput, book: Book, { rows, rejected }: Salvaged): boolean {
  const minute = parseMinuteFileName(name)?.minute
  if (!listed || minute === undefined) return false
  const ofMinute = (file: { server: number; name: string }) =>
    file.server === server && parseMinuteFileName(file.name)?.minute === minute
  const lines = book.inputs.filter(ofMinute).reduce((sum, input) => sum + input.lines, 0)
  const unusable = rejected.filter((line) => ofMinute({ server: line.server, name: line.file })).length
  return rows.ofMinute(server, minute) + unusable === lines
}

const lostInput = ({ server, name, sha256 }: BookedInput, revision: number): LostFile => ({
  ...{ server, name, sha256, revision },
  reason: 'archive_damaged',
})

/** As if the lines that are left were all that was ever read: the equation holds, and goes on to hold as more come. */
export function countsOf(server: 1 | 2, distinct: number, lines: readonly RejectedLine[]): ServerCounts {
  const ofServer = lines.filter((line) => line.server === server)
  const byCollector = ofServer.filter(({ file }) => file.startsWith(`${REJECTED_FOLDER}/`)).length
  const rejected = ofServer.length
  return {
    lines: distinct + rejected - byCollector,
    distinct,
    repeated: 0,
    rejected,
    rejected_by_collector: byCollector,
  }
}

function describe(book: Book, salvaged: Salvaged, lost: number): string {
  const { rows, archive, cause } = salvaged
  const lacksLines = entryOf(book, 'raw') !== undefined && entryOf({ archive }, 'raw') === undefined
  if (isWhole(book, salvaged))
    return `mended (${cause}): nothing was lost${lacksLines ? ' but the lines as X sent them' : ''}`
  const ids = entryOf({ archive }, 'IDs')?.rows ?? 0
  const files = `the lines of ${lost} minute files could not all be read`
  const again = book.redundant ? '; what server 2 still keeps is asked for again' : ''
  const kept = ids > rows.all ? ` (all ${ids} IDs are kept)` : ''
  return `mended (${cause}): ${rows.all} of ${book.archived} tweets could be read${kept}, ${files}${again}`
}
