import type { Book } from '../vault/book.js'
import type { InputFile } from './input-file.js'

const identity = ({ server, sha256 }: { server: number; sha256: string }) => `${server} ${sha256}`

/** The files that the book does not have yet, each content of a server once. */
export function newInputs(files: readonly InputFile[], book: Book | undefined): InputFile[] {
  const known = new Set(book?.inputs.map(identity))
  const found = new Map(files.filter((file) => !known.has(identity(file))).map((file) => [identity(file), file]))
  return [...found.values()]
}

/** Whether the book has this very content of this server. */
export const isBooked = (book: Book | undefined, file: { server: number; sha256: string }): boolean =>
  book?.inputs.some((input) => identity(input) === identity(file)) ?? false
