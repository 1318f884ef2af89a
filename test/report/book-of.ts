import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../../src/durable/folder.js'
import { parseHourName } from '../../src/utc.js'
import { bookPath, bookSchema, type Book } from '../../src/vault/book.js'

export interface Counts {
  readonly only1?: number
  readonly only2?: number
  readonly both?: number
  readonly rejected?: number
  readonly missing?: Book['missing_servers']
}

/** The book of an hour in which the servers had these tweets. */
export function bookOf(
  hour: string,
  { only1 = 0, only2 = 0, both = 0, rejected = 0, missing = [] }: Counts = {},
): Book {
  const side = (distinct: number, rejectedLines: number) => ({
    lines: distinct + rejectedLines,
    distinct,
    repeated: 0,
    rejected: rejectedLines,
    rejected_by_collector: 0,
  })
  return bookSchema.parse({
    hour,
    redundant: true,
    revision: 1,
    revisions: [{ revision: 1, at: '2026-11-22T00:20:00Z', change: 'archived' }],
    program: { version: '0.1.0', compressor: 'xz 5.4.1', preset: 6 },
    servers: { 1: side(only1 + both, rejected), 2: side(only2 + both, 0) },
    archived: only1 + only2 + both,
    both,
    only_1: only1,
    only_2: only2,
    users: 0,
    missing_servers: missing,
    archive: [],
    inputs: [],
    state: 'complete',
  })
}

export async function putBooks(vault: string, ...books: Book[]): Promise<void> {
  for (const book of books) await putBookText(vault, book.hour, JSON.stringify(book))
}

/** Put any text where an hour's book stands. */
export async function putBookText(vault: string, hour: string, text: string): Promise<string> {
  const path = bookPath(vault, parseHourName(hour) ?? NaN)
  await makeFolder(dirname(path))
  await writeFile(path, text)
  return path
}
