import { parseArchiveName, type ArchiveKind } from './archive-names.js'
import type { ArchiveFile, Book } from './book.js'

/** What a book says of its file of this kind. */
export const entryOf = ({ archive }: Pick<Book, 'archive'>, kind: ArchiveKind): ArchiveFile | undefined =>
  archive.find(({ name }) => parseArchiveName(name)?.kind === kind)

/** How many tweets of an hour have only their ID: their rows were lost with a damaged tweets.csv.xz. */
export const lostRows = (book: Pick<Book, 'archive' | 'archived' | 'lost'>): number =>
  book.lost?.some(({ reason }) => reason === 'archive_damaged')
    ? Math.max(0, (entryOf(book, 'IDs')?.rows ?? 0) - book.archived)
    : 0
