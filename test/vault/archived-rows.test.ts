import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowColumns } from '../../src/tweet/columns.js'
import type { MergedRow } from '../../src/tweet/row.js'
import { archivedRejects, archivedRows } from '../../src/vault/archived-rows.js'
import { openArchive } from '../../src/vault/archive-writer.js'
import type { Book } from '../../src/vault/book.js'
import { commitHour } from '../../src/vault/commit.js'
import { DamagedArchiveError } from '../../src/vault/damaged-archive-error.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { bookOf } from './book-of.js'
import { manyRows, mergedRow, olderRows } from './merged-rows.js'
import { vaultSettings } from './vault-settings.js'

const hour = Date.UTC(2026, 10, 21, 13)
const tweetsOf = (vault: string) => join(vault, '2026-11-21', '2026-11-21_13_tweets.csv.xz')

async function archived(vault: string, rows: MergedRow[]): Promise<Book> {
  await using writer = await openArchive({ vault: vaultSettings(vault), hour })
  await writer.tweets(rows)
  const book = bookOf(hour, await writer.finish())
  await commitHour(vault, hour, book)
  return book
}

/** What was yielded before the end or the fault, and the fault. */
async function readAll(vault: string, book: Book): Promise<{ rows: MergedRow[]; fault?: unknown }> {
  const rows: MergedRow[] = []
  try {
    for await (const batch of archivedRows(vault, book)) rows.push(...batch)
    return { rows }
  } catch (fault) {
    return { rows, fault }
  }
}

test('rows come back as they went in', async () => {
  await using folder = await temporaryFolder()
  const rows = [...manyRows(2000), mergedRow('9000000000000000000', { retrieved_at: '' }, '2')]
  const book = await archived(folder.path, rows)
  expect(await readAll(folder.path, book)).toEqual({ rows })
})

test('rows of an older archive, with line breaks in their names, come back as those of a newer one', async () => {
  await using folder = await temporaryFolder()
  const book = await archived(folder.path, olderRows(2000))
  expect(await readAll(folder.path, book)).toEqual({ rows: manyRows(2000) })
})

test('any cells come back as they went in, with a space for each line break', async () => {
  const cell = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...Array.from('",\r\n\v\f\u0085'), '\r\n', '\u2028', '\u2029'),
      fc.string({ unit: 'grapheme' }),
    ),
  })
  const table = fc.array(fc.array(cell, { minLength: rowColumns.length - 1, maxLength: rowColumns.length - 1 }), {
    minLength: 1,
    maxLength: 5,
  })
  await fc.assert(
    fc.asyncProperty(table, async (lines) => {
      await using folder = await temporaryFolder()
      const rows = lines.map((cells, index) => ({
        ...mergedRow(String(index + 1)),
        cells: [String(index + 1), ...cells],
      }))
      const book = await archived(folder.path, rows)
      const read = await readAll(folder.path, book)
      expect(read.fault).toBeUndefined()
      const spaced = (cell: string) => cell.replace(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/g, ' ')
      expect(read.rows.map(({ cells }) => cells)).toEqual(rows.map(({ cells }) => cells.map(spaced)))
    }),
    { numRuns: 15 },
  )
})

test('an hour without a tweet has no rows and no rejected lines', async () => {
  const book = bookOf(hour, { archive: [], users: 0, compressor: 'none' })
  expect(await Array.fromAsync(archivedRows('nowhere', book))).toEqual([])
  expect(await Array.fromAsync(archivedRejects('nowhere', book))).toEqual([])
})

test.each([
  ['cut by a byte', (file: Buffer) => file.subarray(0, -1)],
  ['cut in half', (file: Buffer) => file.subarray(0, file.length >> 1)],
  ['empty', () => Buffer.alloc(0)],
  ['longer by a byte', (file: Buffer) => Buffer.concat([file, Buffer.alloc(1)])],
  ['changed in one bit', (file: Buffer) => file.map((byte, at) => (at === file.length >> 1 ? byte ^ 16 : byte))],
])('of a file that is %s no row is yielded, and the error names it', async (_, damage) => {
  await using folder = await temporaryFolder()
  const book = await archived(folder.path, manyRows(500))
  const path = tweetsOf(folder.path)
  await writeFile(path, damage(await readFile(path)))
  const { rows, fault } = await readAll(folder.path, book)
  expect(rows).toEqual([])
  expect(fault).toBeInstanceOf(DamagedArchiveError)
  expect(String(fault)).toContain(`${path} is damaged (SHA-256 `)
})

test('a file that is missing is told', async () => {
  await using folder = await temporaryFolder()
  const book = await archived(folder.path, manyRows(5))
  await rm(tweetsOf(folder.path))
  expect(String((await readAll(folder.path, book)).fault)).toContain('is damaged (it is missing)')
})

test.each([
  ['rows', { rows: 501 }, '500 rows, not 501'],
  ['content', { content_sha256: 'other' }, 'of its content, not other'],
])('other %s than the book says are told after the last row', async (_, changed, message) => {
  await using folder = await temporaryFolder()
  const book = await archived(folder.path, manyRows(500))
  const archive = book.archive.map((entry) => ({ ...entry, ...changed }))
  const { rows, fault } = await readAll(folder.path, { ...book, archive })
  expect(rows).toHaveLength(500)
  expect(fault).toBeInstanceOf(DamagedArchiveError)
  expect(String(fault)).toContain(message)
})
