import { writeState } from '../durable/state-file.js'
import { OperatorError } from '../operator-error.js'
import { hourName } from '../utc.js'
import { bookPath, readBook, type Book } from '../vault/book.js'
import { listeningFaults } from './listening-faults.js'
import type { MendContext } from './mend-context.js'

/**
 * Have an hour judged anew whose state, seconds heard and gaps contradict each other. Its archive files and its revision stay.
 * @returns a line that says what its state is now
 * @throws OperatorError where that still contradicts its figures: the book is left as it is
 */
export async function mendState(hour: number, { vault, rejudge, clock, log }: MendContext): Promise<string> {
  const book = await readBook(vault.folder, hour)
  if (!book) throw new OperatorError(`${hourName(hour)} has no book any more`)
  const next = await rejudge(book)
  const [fault] = listeningFaults(next, hour)
  if (fault !== undefined)
    throw new OperatorError(`judged anew by its journals ${fault}, too: the book is left as it is`)
  const change = `judged anew: ${described(next)} (was ${described(book)})`
  const entry = { revision: book.revision, at: new Date(clock.now()).toISOString(), change }
  await writeState(bookPath(vault.folder, hour), { ...next, revisions: [...book.revisions, entry] })
  log.warn({ hour: book.hour }, change)
  return `${book.hour}: ${change}`
}

const described = ({ state, listening }: Book): string =>
  `${state ?? 'no state'}, ${listening?.seconds_heard.either ?? 'unknown'} s heard`
