import type { Book } from '../vault/book.js'
import { identityOf, type InputFile, type Server } from './input-file.js'

/** The files that the book does not have yet, each content of a server once. */
export function newInputs(files: readonly InputFile[], book: Book | undefined): InputFile[] {
  const known = new Set(book?.inputs.map(identityOf))
  const found = new Map(files.filter((file) => !known.has(identityOf(file))).map((file) => [identityOf(file), file]))
  return [...found.values()]
}

/** Whether the book has this very content of this server. */
export const isBooked = (book: Book | undefined, file: { server: Server; sha256: string }): boolean =>
  book?.inputs.some((input) => identityOf(input) === identityOf(file)) ?? false
