import { namesIn } from '../durable/folder.js'
import { OperatorError } from '../operator-error.js'
import { dayFolder, parseArchiveName } from './archive-names.js'
import { BOOK_ADVICE, bookPath, readBook, type Book } from './book.js'

/** Archive files lie there without the book that says what they are: to archive their hour as new would remove them. */
export class LostBookError extends OperatorError {
  constructor(path: string, files: readonly string[]) {
    super(
      `${path} is gone, but ${files.join(', ')} are there: ${BOOK_ADVICE}; the hour has been left as it is, its minute files too`,
    )
  }
}

/** The hour's book, `undefined` where the hour was never archived. @throws LostBookError, CorruptStateError */
export async function bookOfArchive(vault: string, hour: number): Promise<Book | undefined> {
  const book = await readBook(vault, hour)
  if (book) return book
  const files = await archiveFilesThere(vault, hour)
  if (files.length > 0) throw new LostBookError(bookPath(vault, hour), files)
  return undefined
}

/** The names of an hour's archive files as they lie there, whatever its book says. */
export const archiveFilesThere = async (vault: string, hour: number): Promise<string[]> =>
  (await namesIn(dayFolder(vault, hour))).filter((name) => parseArchiveName(name)?.hour === hour)
