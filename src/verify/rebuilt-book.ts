import { hourName } from '../utc.js'
import type { ArchiveFile, Book, LostFile, ServerCounts } from '../vault/book.js'
import type { NoticedFile } from '../vault/lost-notice.js'
import type { RejectedLine } from '../vault/rejected-lines.js'
import type { RecordedInput } from './inputs-on-record.js'
import { countsOf } from './mended-book.js'
import type { RowCounts } from './row-counts.js'

/** What is known of an hour whose book is damaged or gone. */
export interface KnownOfHour {
  readonly hour: number
  readonly redundant: boolean
  /** The one that the book is made as. */
  readonly revision: number
  readonly rows: RowCounts
  readonly rejected: readonly RejectedLine[]
  readonly inputs: readonly RecordedInput[]
  readonly lost: readonly NoticedFile[]
  readonly archive: ArchiveFile[]
  readonly users: number
  readonly program: Book['program']
  readonly nowMs: number
  /** `gone`, and where the hour's files are kept. */
  readonly cause: string
  /** What could not be read beside the book. */
  readonly unread: readonly string[]
}

/**
 * A book made anew: rows from the archive, minute files from journals and receipts. What neither tells stands in its revision
 * line. Server 2 counts as missing where nothing is on record of it, so that what it sends is waited for and added.
 */
export function rebuiltBook(known: KnownOfHour): Book {
  const { hour, redundant, revision, rows, inputs, archive, users, program, nowMs } = known
  const counted = { 1: countsFor(1, known), 2: countsFor(2, known) }
  const unknown = ([1, 2] as const).filter((server) => counted[server].isGuess)
  const lost = known.lost.map((file): LostFile => ({ ...file, revision }))
  const hasSecond = inputs.some(({ server }) => server === 2)
  return {
    hour: hourName(hour),
    redundant,
    revision,
    revisions: [{ revision, at: new Date(nowMs).toISOString(), change: describe(known, unknown) }],
    program,
    servers: { 1: counted[1].counts, 2: counted[2].counts },
    archived: rows.all,
    both: rows.servers[12],
    only_1: rows.servers[1],
    only_2: rows.servers[2],
    users,
    missing_servers: redundant && !hasSecond ? [2] : [],
    archive,
    inputs: inputs.map((input) => ({ ...input, revision })),
    ...(lost.length > 0 && { lost }),
  }
}

/** What a server's minute files had more lines than are accounted for was repeated; with fewer, some are not on record. */
function countsFor(server: 1 | 2, { rows, rejected, inputs }: KnownOfHour): { counts: ServerCounts; isGuess: boolean } {
  const least = countsOf(server, rows.of(server), rejected)
  const sealed = inputs.filter((input) => input.server === server).reduce((sum, { lines }) => sum + lines, 0)
  const repeated = sealed - least.lines
  if (repeated < 0) return { counts: least, isGuess: true }
  return { counts: { ...least, lines: sealed, repeated }, isGuess: false }
}

function describe({ cause, rows, inputs, unread }: KnownOfHour, unknown: readonly number[]): string {
  const notKnown = [
    'earlier revisions',
    ...unknown.map((server) => `how many lines server ${server} had`),
    ...unread.map((name) => `what ${name} held`),
  ]
  return (
    `book made anew (it was ${cause}): ${rows.all} tweets in the archive, ` +
    `${inputs.length} minute files on record; not known: ${notKnown.join(', ')}`
  )
}
