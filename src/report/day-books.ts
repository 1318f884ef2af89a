import { CorruptStateError } from '../durable/state-file.js'
import type { Log } from '../log.js'
import { DAY_MS, HOUR_MS } from '../utc.js'
import { readBook, type Book } from '../vault/book.js'

/** A UTC day's books. */
export interface DayBooks {
  /** The day's beginning, in ms since 1970. */
  readonly day: number
  /** By hour; an hour that is not archived has none. */
  readonly books: readonly Book[]
  /** Hours whose book is there and can't be read, as ms since 1970. */
  readonly damaged: readonly number[]
}

/** Read the books of a day. A damaged one is left as it is, and the log says so. */
export async function dayBooks(vaultFolder: string, day: number, log: Log): Promise<DayBooks> {
  const books: Book[] = []
  const damaged: number[] = []
  for (let hour = day; hour < day + DAY_MS; hour += HOUR_MS)
    try {
      const book = await readBook(vaultFolder, hour)
      if (book) books.push(book)
    } catch (error) {
      if (!(error instanceof CorruptStateError)) throw error
      damaged.push(hour)
      log.error({}, `no row in the day report: ${error.message}`)
    }
  return { day, books, damaged }
}
