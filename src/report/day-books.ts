import { CorruptStateError } from '../durable/state-file.js'
import type { Log } from '../log.js'
import { namesIn } from '../durable/folder.js'
import { DAY_MS, HOUR_MS, parseHourName } from '../utc.js'
import { dayFolder } from '../vault/archive-names.js'
import { stateOfHour, type Book } from '../vault/book.js'
import type { HourState } from '../vault/listening.js'
import { bookOfArchive, LostBookError } from '../vault/lost-book.js'

/** A UTC day's books. */
export interface DayBooks {
  /** The day's beginning, in ms since 1970. */
  readonly day: number
  /** By hour; an hour that is not archived has none. */
  readonly books: readonly Book[]
  /** Hours, as ms since 1970, that were archived once: their book can't be read or is gone, or archive files are. */
  readonly damaged: readonly number[]
}

/** What a reader may count on in an hour of the day. */
export const stateIn = ({ damaged }: Pick<DayBooks, 'damaged'>, book: Book): HourState =>
  damaged.includes(parseHourName(book.hour) ?? NaN) ? 'damaged' : stateOfHour(book)

/** Read the books of a day. A damaged one is left as it is, and the log says so. */
export async function dayBooks(vaultFolder: string, day: number, log: Log): Promise<DayBooks> {
  const books: Book[] = []
  const damaged: number[] = []
  const names = new Set(await namesIn(dayFolder(vaultFolder, day)))
  for (let hour = day; hour < day + DAY_MS; hour += HOUR_MS)
    try {
      const book = await bookOfArchive(vaultFolder, hour)
      if (book) books.push(book)
      if (book?.archive.some(({ name }) => !names.has(name))) damaged.push(hour)
    } catch (error) {
      if (!(error instanceof CorruptStateError || error instanceof LostBookError)) throw error
      damaged.push(hour)
      log.error({}, `no row in the day report: ${error.message}`)
    }
  return { day, books, damaged }
}
