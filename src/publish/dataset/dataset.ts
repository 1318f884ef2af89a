import { CorruptStateError } from '../../durable/state-file.js'
import { HOUR_MS } from '../../utc.js'
import { parseArchiveName } from '../../vault/archive-names.js'
import { readBook, type ArchiveFile, type Book } from '../../vault/book.js'
import { bookedHours } from '../../vault/booked-hours.js'
import { remotePath } from '../published-files.js'

/** What a reader of the data set may count on for an hour. */
export type HourState = 'published' | 'pending' | 'empty' | 'missing'

/** An hour of the collection. Without a book that can be read it has nothing but its state. */
export interface DatasetHour {
  readonly hour: number
  readonly state: HourState
  readonly book: Pick<Book, 'archived' | 'both' | 'only_1' | 'only_2' | 'missing_servers' | 'revision'> | undefined
  /** Its IDs, with their path in the project. */
  readonly ids: (Pick<ArchiveFile, 'bytes' | 'sha256'> & { path: string }) | undefined
}

/** A version of the program, and the first hour whose last revision it wrote. */
export interface Writer {
  readonly version: string
  readonly compressor: string
  readonly since: number
}

/** What is published, as its books have it: every hour from the first booked one to the last. */
export interface Dataset {
  readonly hours: readonly DatasetHour[]
  readonly redundant: boolean
  readonly writers: readonly Writer[]
}

/** Read the books of a vault, oldest first. `behind` names the files that are not at OSF, by their path there. */
export async function readDataset(vault: string, behind: ReadonlySet<string>): Promise<Dataset> {
  const booked = await bookedHours(vault)
  const known = new Set(booked)
  const [first = 0] = booked
  const last = booked.at(-1) ?? -1
  const hours: DatasetHour[] = []
  const writers = new Map<string, Writer>()
  let redundant = false
  for (let hour = first; hour <= last; hour += HOUR_MS) {
    const book = known.has(hour) ? await readableBook(vault, hour) : undefined
    hours.push(datasetHour(hour, book, behind))
    if (!book) continue
    redundant ||= book.redundant
    const { version, compressor } = book.program
    const key = `${version} ${compressor}`
    if (!writers.has(key)) writers.set(key, { version, compressor, since: hour })
  }
  return { hours, redundant, writers: [...writers.values()] }
}

/** A damaged book is for `verify` to tell of; to a reader its hour is missing. */
const readableBook = (vault: string, hour: number): Promise<Book | undefined> =>
  readBook(vault, hour).catch((error: unknown) => {
    if (error instanceof CorruptStateError) return undefined
    throw error
  })

function datasetHour(hour: number, book: Book | undefined, behind: ReadonlySet<string>): DatasetHour {
  const entry = book?.archive.find(({ name }) => parseArchiveName(name)?.kind === 'IDs')
  const ids = entry && {
    path: remotePath(entry.name.slice(0, 10), entry.name),
    bytes: entry.bytes,
    sha256: entry.sha256,
  }
  return { hour, state: stateOf(book, ids?.path, behind), book: book && countsOf(book), ids }
}

/** Without its list of inputs: years of them would fill the memory. */
const countsOf = ({ archived, both, only_1, only_2, missing_servers, revision }: Book): DatasetHour['book'] => ({
  ...{ archived, both, only_1, only_2, missing_servers, revision },
})

function stateOf(book: Book | undefined, path: string | undefined, behind: ReadonlySet<string>): HourState {
  if (!book) return 'missing'
  if (path === undefined) return 'empty'
  return behind.has(path) ? 'pending' : 'published'
}

/** How many hours are in a state. */
export const countHours = ({ hours }: Dataset, state: HourState): number =>
  hours.filter((hour) => hour.state === state).length

/** IDs that are published. */
export const countIds = ({ hours }: Dataset): number =>
  hours.reduce((sum, { state, book }) => sum + (state === 'published' ? (book?.archived ?? 0) : 0), 0)
