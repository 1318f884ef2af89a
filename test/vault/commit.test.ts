import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeState } from '../../src/durable/state-file.js'
import { HOUR_MS } from '../../src/utc.js'
import { archivedRejects, archivedRows } from '../../src/vault/archived-rows.js'
import { openArchive, type WrittenArchive } from '../../src/vault/archive-writer.js'
import { bookPath, readBook, type Book } from '../../src/vault/book.js'
import { commitHour, recoverVault } from '../../src/vault/commit.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { bookOf } from './book-of.js'
import { manyRows } from './merged-rows.js'
import { vaultSettings } from './vault-settings.js'

const hour = Date.UTC(2026, 10, 21, 13)
const DAY = '2026-11-21'
const namesIn = (vault: string) => readdir(join(vault, DAY)).then((names) => names.sort())
const idsOf = async (vault: string, book: Book) =>
  (await Array.fromAsync(archivedRows(vault, book))).flat().map(({ id }) => id)

const whole = [
  '2026-11-21_13_IDs.txt.xz',
  '2026-11-21_13_hour.json',
  '2026-11-21_13_tweets.csv.xz',
  '2026-11-21_13_users.csv.xz',
]

/** Archive files of `count` tweets, written but not committed. */
async function written(vault: string, count: number, { rejected = 0, of = hour } = {}): Promise<WrittenArchive> {
  await using writer = await openArchive({ vault: vaultSettings(vault), hour: of })
  for (let number = 1; number <= rejected; number++)
    await writer.reject([{ server: 1, file: 'a.jsonl', number, reason: 'not valid JSON', line: '{' }])
  await writer.tweets(manyRows(count))
  return await writer.finish()
}

/** Commit as far as the book: the crash comes before the first archive file has its name. */
async function commitAndCrash(vault: string, book: Book): Promise<void> {
  await writeState(bookPath(vault, hour), book)
}

test('a committed hour is its book and the files that it names', async () => {
  await using folder = await temporaryFolder()
  const book = bookOf(hour, await written(folder.path, 30))
  await commitHour(folder.path, hour, book)
  expect(await namesIn(folder.path)).toEqual(whole)
  expect(await readBook(folder.path, hour)).toEqual(book)
  expect(await idsOf(folder.path, book)).toEqual(manyRows(30).map(({ id }) => id))
})

test('an hour without a tweet is its book alone', async () => {
  await using folder = await temporaryFolder()
  await commitHour(folder.path, hour, bookOf(hour, { archive: [], users: 0, compressor: 'none' }))
  expect(await namesIn(folder.path)).toEqual(['2026-11-21_13_hour.json'])
})

test('a revision takes the place of the one before, and what it does not name goes', async () => {
  await using folder = await temporaryFolder()
  await commitHour(folder.path, hour, bookOf(hour, await written(folder.path, 30, { rejected: 2 })))
  await writeFile(join(folder.path, DAY, '2026-11-21_14_rejected.jsonl.xz'), 'another hour’s')
  await writeFile(join(folder.path, DAY, 'notes.txt'), 'a stranger')
  const book = bookOf(hour, await written(folder.path, 31), 2)
  await commitHour(folder.path, hour, book)
  expect(await namesIn(folder.path)).toEqual([...whole, '2026-11-21_14_rejected.jsonl.xz', 'notes.txt'].sort())
  expect(await idsOf(folder.path, book)).toHaveLength(31)
})

test('a book that names a file that was not written is not committed', async () => {
  await using folder = await temporaryFolder()
  const book = bookOf(hour, await written(folder.path, 30))
  await rm(join(folder.path, DAY, '2026-11-21_13_users.csv.xz.part'))
  await expect(commitHour(folder.path, hour, book)).rejects.toThrow('2026-11-21_13_users.csv.xz has not been written')
  expect(await readBook(folder.path, hour)).toBeUndefined()
})

describe('after a crash', () => {
  test('before the commit the first revision is gone without a trace', async () => {
    await using folder = await temporaryFolder()
    await written(folder.path, 30, { rejected: 1 })
    await writeFile(join(folder.path, DAY, '2026-11-21_13_hour.json.part'), '{"hour"')
    await writeFile(join(folder.path, DAY, '2026-11-21_13_rejected.jsonl.xz.unsorted.part'), '{')
    await writeFile(join(folder.path, DAY, '2026-11-21_report.txt.part'), 'hour')
    await recoverVault(folder.path)
    expect(await namesIn(folder.path)).toEqual([])
  })

  test('before the commit of a second revision the first is as it was', async () => {
    await using folder = await temporaryFolder()
    const first = bookOf(hour, await written(folder.path, 30))
    await commitHour(folder.path, hour, first)
    await written(folder.path, 31)
    await recoverVault(folder.path)
    expect(await namesIn(folder.path)).toEqual(whole)
    expect(await idsOf(folder.path, first)).toHaveLength(30)
  })

  test.each([0, 1, 2])('after the commit, with %i files named, the rest is finished', async (done) => {
    await using folder = await temporaryFolder()
    await commitHour(folder.path, hour, bookOf(hour, await written(folder.path, 30, { rejected: 1 })))
    const second = bookOf(hour, await written(folder.path, 31), 2)
    await commitAndCrash(folder.path, second)
    if (done > 0) await rm(join(folder.path, DAY, '2026-11-21_13_rejected.jsonl.xz'))
    for (const { name } of second.archive.slice(0, done))
      await rename(join(folder.path, DAY, `${name}.part`), join(folder.path, DAY, name))
    await recoverVault(folder.path)
    expect(await namesIn(folder.path)).toEqual(whole)
    expect(await idsOf(folder.path, second)).toHaveLength(31)
  })

  test('a part that is not what the book names does not get the name', async () => {
    await using folder = await temporaryFolder()
    const first = bookOf(hour, await written(folder.path, 30))
    await commitHour(folder.path, hour, first)
    const part = join(folder.path, DAY, '2026-11-21_13_tweets.csv.xz.part')
    await writeFile(part, 'half of something')
    await recoverVault(folder.path)
    expect(await namesIn(folder.path)).toEqual(whole)
    expect(await idsOf(folder.path, first)).toHaveLength(30)
  })

  test('an hour whose book is damaged is left as it is, and the others are finished', async () => {
    await using folder = await temporaryFolder()
    await written(folder.path, 30, { of: hour - HOUR_MS })
    const damaged = bookPath(folder.path, hour - HOUR_MS)
    await writeFile(damaged, '{"hour":')
    await commitAndCrash(folder.path, bookOf(hour, await written(folder.path, 30)))
    await recoverVault(folder.path)
    expect(await readFile(damaged, 'utf8')).toBe('{"hour":')
    expect(await namesIn(folder.path)).toEqual(
      [
        ...['IDs.txt.xz.part', 'hour.json', 'tweets.csv.xz.part', 'users.csv.xz.part'].map((n) => `2026-11-21_12_${n}`),
        ...whole,
      ].sort(),
    )
  })

  test('folders that are no days, and files that are no parts, are left alone', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'other'))
    await writeFile(join(folder.path, 'other', 'a.part'), 'a stranger')
    await mkdir(join(folder.path, DAY))
    await writeFile(join(folder.path, DAY, '2026-11-21_13_IDs.txt.xz'), 'without a book')
    await recoverVault(folder.path)
    expect(await readdir(join(folder.path, 'other'))).toEqual(['a.part'])
    expect(await namesIn(folder.path)).toEqual(['2026-11-21_13_IDs.txt.xz'])
  })

  test('a vault that is not there yet needs nothing', async () => {
    await using folder = await temporaryFolder()
    await expect(recoverVault(join(folder.path, 'vault'))).resolves.toBeUndefined()
  })
})

test('what was rejected is read back too', async () => {
  await using folder = await temporaryFolder()
  const book = bookOf(hour, await written(folder.path, 1, { rejected: 3 }))
  await commitHour(folder.path, hour, book)
  const lines = (await Array.fromAsync(archivedRejects(folder.path, book))).flat()
  expect(lines.map(({ number }) => number)).toEqual([1, 2, 3])
})
