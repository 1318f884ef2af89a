import { join } from 'node:path'
import { z } from 'zod'
import { readState } from '../durable/state-file.js'
import { HOUR_STATES, listeningSchema, type HourState } from './listening.js'
import { dayName, hourName, parseHourName } from '../utc.js'

const count = z.int().nonnegative()

/** One server's side of an hour. `lines + rejected_by_collector = distinct + repeated + rejected`. */
const serverCountsSchema = z.object({
  /** Lines of every minute file that the hour's rows were made from. */
  lines: count,
  distinct: count,
  repeated: count,
  /** Lines that could not be used, the collector's included. */
  rejected: count,
  rejected_by_collector: count,
})

export type ServerCounts = z.infer<typeof serverCountsSchema>

/** A minute file that is in the archive. Its identity is (server, sha256), never its name. */
const bookedInputSchema = z.object({
  server: z.union([z.literal(1), z.literal(2)]),
  name: z.string(),
  bytes: count,
  lines: count,
  sha256: z.string(),
  /** The revision that took it in. */
  revision: count,
  /** False where neither a journal nor a batch names it: put there by hand, or by another collector. */
  listed: z.boolean(),
})

/** A minute file whose lines are not in the archive, or not all of them, though they were sealed. */
const lostFileSchema = z.object({
  server: z.union([z.literal(1), z.literal(2)]),
  name: z.string(),
  sha256: z.string(),
  /** In server 1's spool it was damaged, or nowhere; or it was archived, and the archive files that held it were damaged. */
  reason: z.enum(['damaged', 'vanished', 'archive_damaged']),
  /** The revision that went ahead without it. */
  revision: count,
})

export type LostFile = z.infer<typeof lostFileSchema>

export type BookedInput = z.infer<typeof bookedInputSchema>

/** An archive file: as it lies there, and what it says when uncompressed. */
const archiveFileSchema = z.object({
  name: z.string(),
  bytes: count,
  sha256: z.string(),
  /** Data rows, without the header. */
  rows: count,
  content_bytes: count,
  content_sha256: z.string(),
  /** Of a table: its header. Versions before 0.2 left it out. */
  columns: z.array(z.string()).readonly().optional(),
  /** Of lines as X sent them: how many have half a surrogate pair, at which jq stops. Versions before 0.2 left it out. */
  unpaired_lines: count.optional(),
  /** The same: how many have U+0000, at which PostgreSQL stops. */
  nul_lines: count.optional(),
})

export type ArchiveFile = z.infer<typeof archiveFileSchema>

/** The hour's book: what is archived, what it was made from, and the counts that must balance. */
export const bookSchema = z.object({
  /** `2026-11-21_13` */
  hour: z.string(),
  redundant: z.boolean(),
  revision: count,
  revisions: z.array(z.object({ revision: count, at: z.iso.datetime(), change: z.string() })),
  program: z.object({ version: z.string(), compressor: z.string(), preset: z.union([count, z.literal('fast')]) }),
  servers: z.object({ 1: serverCountsSchema, 2: serverCountsSchema }),
  archived: count,
  both: count,
  only_1: count,
  only_2: count,
  users: count,
  /** Servers without which the hour went ahead, because the wait for them was over. */
  missing_servers: z.array(z.union([z.literal(1), z.literal(2)])),
  archive: z.array(archiveFileSchema),
  inputs: z.array(bookedInputSchema),
  /** Left out where nothing is lost. A file that turns up after all is struck off. */
  lost: z.array(lostFileSchema).optional(),
  /** Left out, with `listening`, by versions before 0.2: then nothing tells whether a collector listened. See `stateOfHour`. */
  state: z.enum(HOUR_STATES).optional(),
  listening: listeningSchema.optional(),
})

export type Book = z.infer<typeof bookSchema>

/** What a reader may count on. Where archived tweets were lost with a damaged archive file, the hour stays damaged. */
export const stateOfHour = ({ state = 'unknown', lost = [] }: Pick<Book, 'state' | 'lost'>): HourState =>
  lost.some(({ reason }) => reason === 'archive_damaged') ? 'damaged' : state

export const bookName = (hour: number): string => `${hourName(hour)}_hour.json`

/** The other way round; `undefined` for strangers. */
export const parseBookName = (name: string): number | undefined =>
  name.endsWith('_hour.json') ? parseHourName(name.slice(0, -'_hour.json'.length)) : undefined

export const bookPath = (vault: string, hour: number): string => join(vault, dayName(hour), bookName(hour))

/** What to do about a book that is damaged or gone. */
export const BOOK_ADVICE =
  'restore it from a copy, or run collector verify --mend, which makes it anew from the archive files'

/** The hour's book, `undefined` where there is none. @throws CorruptStateError */
export const readBook = (vault: string, hour: number): Promise<Book | undefined> =>
  readState(bookPath(vault, hour), bookSchema, BOOK_ADVICE)
