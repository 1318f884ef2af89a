import { HOUR_MS, parseHourName } from '../../utc.js'
import type { Book } from '../../vault/book.js'
import type { BookedListening } from '../../vault/listening.js'
import type { HourContext } from '../hour-context.js'
import { listenedBook } from './listened-book.js'
import { readListenings } from './read-listening.js'

/**
 * The book with its state judged anew by the journals that are kept, and its own gaps where those tell nothing. The book of an hour
 * that had another number of servers than there are now stays as it is: it was judged by other journals.
 */
export async function rejudgedBook(book: Book, context: HourContext): Promise<Book> {
  const hour = parseHourName(book.hour) ?? NaN
  if (book.redundant !== context.redundant) return book
  const listenings = await readListenings(context, hour)
  const { listening, ...rest } = book
  return listenedBook(rest, listenings, context.clock.now(), soundOf(listening, hour))
}

/** Gaps that are none of the hour tell nothing. */
function soundOf(listening: BookedListening | undefined, hour: number): BookedListening | undefined {
  const isSound = listening?.gaps.every(
    ({ from, to }) => Date.parse(from) >= hour && Date.parse(from) < Date.parse(to) && Date.parse(to) <= hour + HOUR_MS,
  )
  return isSound ? listening : undefined
}
