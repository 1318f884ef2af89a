import { hourName } from '../utc.js'
import type { ArchiveFile, Book, BookedInput, LostFile, ServerCounts } from '../vault/book.js'
import type { LostSource } from './hour-stock.js'
import { identityOf, type InputFile, type Server } from './input-file.js'
import type { LinesRead } from './merge-hour.js'
import type { ServerTally, Tally } from './tally.js'

/** What a revision of an hour was made from, and what came of it. */
export interface Revision {
  readonly hour: number
  readonly redundant: boolean
  readonly previous: Book | undefined
  readonly inputs: readonly InputFile[]
  readonly lines: LinesRead
  readonly tally: Tally
  readonly missing: readonly Server[]
  /** Files that are given up in this revision. */
  readonly lost: readonly LostSource[]
  readonly archive: ArchiveFile[]
  readonly users: number
  readonly program: Book['program']
  readonly nowMs: number
}

/** The hour's book after this revision. */
export function bookOfHour(made: Revision): Book {
  const { previous, tally, program } = made
  const revision = (previous?.revision ?? 0) + 1
  const entry = { revision, at: new Date(made.nowMs).toISOString(), change: describeChange(made) }
  const lost = lostFiles(made, revision)
  return {
    hour: hourName(made.hour),
    redundant: made.redundant,
    revision,
    revisions: [...(previous?.revisions ?? []), entry],
    program,
    servers: { 1: serverCounts(tally.servers[1]), 2: serverCounts(tally.servers[2]) },
    archived: tally.archived,
    both: tally.both,
    only_1: tally.servers[1].distinct - tally.both,
    only_2: tally.servers[2].distinct - tally.both,
    users: made.users,
    missing_servers: [...made.missing],
    archive: made.archive,
    inputs: [...(previous?.inputs ?? []), ...made.inputs.map((input) => booked(input, made.lines, revision))],
    ...(lost.length > 0 && { lost }),
  }
}

const serverCounts = (tally: ServerTally): ServerCounts => ({
  lines: tally.lines,
  distinct: tally.distinct,
  repeated: tally.repeated,
  rejected: tally.rejected,
  rejected_by_collector: tally.rejectedByCollector,
})

const booked = (
  { server, name, bytes, sha256, listed, path }: InputFile,
  lines: LinesRead,
  revision: number,
): BookedInput => ({
  server,
  name,
  bytes,
  lines: lines.get(path) ?? 0,
  sha256,
  revision,
  listed,
})

/** Those given up before and now, but for what has turned up. */
function lostFiles({ previous, lost, inputs }: Revision, revision: number): LostFile[] {
  const found = new Set(inputs.map(identityOf))
  const now = lost.map(({ name, sha256, reason }) => ({ server: 1, name, sha256, reason, revision }) as const)
  return [...(previous?.lost ?? []), ...now].filter((file) => !found.has(identityOf(file)))
}

/** A line for the operator: what came, and what it brought. */
function describeChange({ inputs, lines, tally, previous, missing, lost }: Revision): string {
  const came = ([1, 2] as const).flatMap((server) => {
    const files = inputs.filter((input) => input.server === server)
    const count = files.reduce((sum, { path }) => sum + (lines.get(path) ?? 0), 0)
    return files.length === 0 ? [] : [`${files.length} files (${count} lines) of server ${server}`]
  })
  const tweets = tally.archived - (previous?.archived ?? 0)
  const without = missing.map((server) => `, without server ${server}`).join('')
  const given = lost.length > 0 ? `, ${lost.length} files of server 1 lost` : ''
  return `${came.join(' and ') || 'no files'}: ${tweets} ${previous ? 'more ' : ''}tweets${without}${given}`
}
