import { readFile, truncate } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { processHours } from '../../src/hour/process-hours.js'
import { columns, tweetColumns, userColumns } from '../../src/tweet/columns.js'
import { csvLine } from '../../src/tweet/csv-line.js'
import { MINUTE_MS } from '../../src/utc.js'
import { archivedRows } from '../../src/vault/archived-rows.js'
import { readBook, type Book } from '../../src/vault/book.js'
import { csvRows } from '../../src/vault/csv.js'
import { HOUR } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'
import { copyOf, verifyAll, verifyWorld, type Copy, type VerifyWorld } from '../verify/verify-world.js'

interface Cells {
  readonly [column: string]: string
  readonly id: string
}
type Change = (names: readonly string[]) => readonly string[]

async function* once(text: string) {
  yield await Promise.resolve(text)
}

const rowsOf = async (text: string): Promise<string[][]> => (await Array.fromAsync(csvRows(once(text)))).flat()

/** The same table with other columns; those that are new have `new` in each row. */
async function withColumns(text: string, names: readonly string[]): Promise<string> {
  const [header = [], ...rows] = await rowsOf(text)
  const cell = (row: readonly string[], name: string) =>
    header.includes(name) ? (row[header.indexOf(name)] ?? '') : 'new'
  return [names, ...rows.map((row) => names.map((name) => cell(row, name)))].map(csvLine).join('')
}

/** A copy of an archived hour as a version with other columns would have written it; `inBook`, whether its book names them. */
async function archivedWith(world: VerifyWorld, name: string, change: Change, { inBook = true } = {}) {
  const copy = await copyOf(world, name)
  const tables = { tweets: change(tweetColumns), users: change(userColumns) }
  for (const kind of ['tweets', 'users'] as const) {
    const text = await withColumns(await textOf(copy, kind), tables[kind])
    await copy.content(kind, () => text)
    const entryWith = (entry: Book['archive'][number]) => {
      const { columns: _, ...rest } = entry
      return inBook ? { ...rest, columns: tables[kind] } : rest
    }
    await copy.book((book) => ({
      ...book,
      archive: book.archive.map((entry) => (entry.name.includes(`_${kind}.`) ? entryWith(entry) : entry)),
    }))
  }
  return copy
}

async function textOf(copy: Copy, kind: 'tweets' | 'users'): Promise<string> {
  let text = ''
  await copy.content(kind, (content) => (text = content))
  return text
}

const run = (world: VerifyWorld, copy: Copy) =>
  processHours({ ...world.context, vault: { ...world.context.vault, folder: copy.vault } })

async function cellsOf(copy: Copy): Promise<Cells[]> {
  const [header = [], ...rows] = await rowsOf(await textOf(copy, 'tweets'))
  return rows.map((row) =>
    Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])),
  ) as unknown as Cells[]
}

const without =
  (...gone: string[]): Change =>
  (names) =>
    names.filter((name) => !gone.includes(name))
const ADDED = ['author.location', 'referenced_tweets']
const late = payload(HOUR + 59 * MINUTE_MS, { sequence: 77 })

test('an hour archived before columns were added is whole to verify, and a late line opens it again with all of them', async () => {
  await using world = await verifyWorld({ hours: 1 })
  const copy = await archivedWith(world, 'older', without(...ADDED))
  const before = await cellsOf(copy)
  expect((await verifyAll(copy)).findings).toEqual([])

  await world.collected(1, [late])
  expect(await run(world, copy)).toMatchObject({ failed: [], archived: [{ revision: 2, tweets: before.length + 1 }] })
  const after = await cellsOf(copy)
  expect(Object.keys(after[0] ?? {})).toEqual(tweetColumns)
  expect(after.filter(({ id }) => before.some((row) => row.id === id))).toEqual(
    before.map((row) => ({ ...row, ...Object.fromEntries(ADDED.map((name) => [name, ''])) })),
  )
  const entry = (await readBook(copy.vault, HOUR))?.archive.find(({ name }) => name.includes('_tweets.'))
  expect(entry?.columns).toEqual(tweetColumns)
  const { findings } = await verifyAll(copy)
  expect(findings.filter(({ place }) => place.endsWith('.xz'))).toEqual([])
})

test('so is one whose columns stand in another order, and whose book does not name them', async () => {
  await using world = await verifyWorld({ hours: 1 })
  const copy = await archivedWith(world, 'reversed', ([first = '', ...others]) => [first, ...others.toReversed()], {
    inBook: false,
  })
  expect((await verifyAll(copy)).findings).toEqual([])
  const book = await readBook(copy.vault, HOUR)
  const original = await readBook(world.vault, HOUR)
  if (!book || !original) throw new Error('there is no book')
  expect(await Array.fromAsync(archivedRows(copy.vault, book))).toEqual(
    await Array.fromAsync(archivedRows(world.vault, original)),
  )
})

test('an hour with columns of a newer version is whole to verify, and is not written anew, which would lose them', async () => {
  await using world = await verifyWorld({ hours: 1 })
  const copy = await archivedWith(world, 'newer', (names) => [...names, 'mood'])
  expect((await verifyAll(copy)).findings).toEqual([])
  const before = await readFile(copy.path('tweets'))

  await world.collected(1, [late])
  const { failed } = await run(world, copy)
  expect(failed).toMatchObject([{ hour: '2026-11-21_13', reason: expect.stringContaining('(mood)') as string }])
  expect(failed[0]?.reason).toContain('install that version again')

  await truncate(copy.path('users'), 30)
  const { findings, mended } = await verifyAll(copy, { mends: true })
  expect(mended).toEqual([])
  expect(findings.map(({ text }) => text).join('\n')).toContain('(mood)')
  expect(await readFile(copy.path('tweets'))).toEqual(before)
})

test('a header that the book does not have is told', async () => {
  await using world = await verifyWorld({ hours: 1 })
  const copy = await archivedWith(world, 'other', without('lang'))
  await copy.book((book) => ({
    ...book,
    archive: book.archive.map((entry) => (entry.columns ? { ...entry, columns: ['id', 'servers'] } : entry)),
  }))
  const { findings } = await verifyAll(copy)
  expect(findings.map(({ text }) => text).join('\n')).toContain('the book has id,servers')
})

test('the author’s columns stand side by side, in users.csv as in tweets.csv', () => {
  const own = columns.map(({ name }) => name as string).filter((name) => name.startsWith('author.'))
  expect(tweetColumns.join()).toContain(own.join())
  expect(userColumns).toEqual(['author_id', 'lang', ...own])
})
