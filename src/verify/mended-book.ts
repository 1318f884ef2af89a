import { REJECTED_FOLDER } from '../spool/rejected.js'
import type { Servers } from '../tweet/row.js'
import type { ArchiveFile, Book, ServerCounts } from '../vault/book.js'
import type { RejectedLine } from '../vault/rejected-lines.js'

/** What could be read of a damaged hour, and was written anew. */
export interface Salvaged {
  readonly rows: Readonly<Record<Servers, number>>
  readonly rejected: readonly RejectedLine[]
  readonly archive: ArchiveFile[]
  readonly users: number
  readonly program: Book['program']
  readonly nowMs: number
  /** Which files were damaged, and where they are kept. */
  readonly cause: string
}

export const countRows = (rows: Salvaged['rows']): number => rows[1] + rows[2] + rows[12]

/** Whether nothing was lost: every tweet and every rejected line could be read. */
export const isWhole = (book: Book, { rows, rejected }: Pick<Salvaged, 'rows' | 'rejected'>): boolean =>
  countRows(rows) === book.archived && rejected.length === book.servers[1].rejected + book.servers[2].rejected

/**
 * The next revision's book. Where nothing was lost it says what the earlier one said. Else it does not have server 2's files,
 * so that server 2, without a receipt for them, sends again what it still keeps; server 1's stay in it, for they are gone.
 */
export function mendedBook(book: Book, salvaged: Salvaged): Book {
  const { archive, users, program, nowMs } = salvaged
  const revision = book.revision + 1
  const entry = { revision, at: new Date(nowMs).toISOString(), change: describe(book, salvaged) }
  const next = { ...book, revision, revisions: [...book.revisions, entry], archive, users, program }
  if (isWhole(book, salvaged)) return next
  const { rows, rejected } = salvaged
  return {
    ...next,
    servers: { 1: countsOf(1, rows[1] + rows[12], rejected), 2: countsOf(2, rows[2] + rows[12], rejected) },
    archived: countRows(rows),
    both: rows[12],
    only_1: rows[1],
    only_2: rows[2],
    missing_servers: book.redundant ? [2] : [],
    inputs: book.inputs.filter(({ server }) => server === 1),
  }
}

/** As if the lines that are left were all that was ever read: the equation holds, and goes on to hold as more come. */
function countsOf(server: 1 | 2, distinct: number, lines: readonly RejectedLine[]): ServerCounts {
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

function describe(book: Book, salvaged: Salvaged): string {
  if (isWhole(book, salvaged)) return `mended (${salvaged.cause}): nothing was lost`
  const count = countRows(salvaged.rows)
  const again = book.redundant ? '; what server 2 still keeps is asked for again' : ''
  return `mended (${salvaged.cause}): ${count} of ${book.archived} tweets could be read${again}`
}
