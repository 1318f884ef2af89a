import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { VaultSettings } from '../../src/settings/settings.js'
import { cellIndex, tweetColumns, userColumns } from '../../src/tweet/columns.js'
import type { MergedRow } from '../../src/tweet/row.js'
import { ArchiveWriter, openArchive, type WrittenArchive } from '../../src/vault/archive-writer.js'
import { BLOCK_BYTES } from '../../src/vault/codec.js'
import { compressor, fileBytes, type Compressor } from '../../src/vault/compressor.js'
import { DamagedArchiveError } from '../../src/vault/damaged-archive-error.js'
import type { RejectedLine } from '../../src/vault/rejected-lines.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { sizedBlockAt } from '../../src/vault/xz-block.js'
import { STREAM_HEADER } from '../../src/vault/xz-frame.js'
import { manyRows, mergedRow } from './merged-rows.js'
import { checkOneStream } from './one-stream.js'
import { hasPython, hasXz, python } from './tools.js'
import { vaultSettings } from './vault-settings.js'

const hour = Date.UTC(2026, 10, 21, 13)
const DAY = '2026-11-21'

async function write(vault: VaultSettings, rows: MergedRow[], rejected: RejectedLine[] = []): Promise<WrittenArchive> {
  await using writer = await openArchive({ vault, hour })
  await writer.reject(rejected)
  for (let at = 0; at < rows.length; at += 700) await writer.tweets(rows.slice(at, at + 700))
  return await writer.finish()
}

async function contentOf(folder: string, name: string): Promise<string> {
  const reader = await compressor('auto', { preset: 1, threads: 1 })
  return String(await buffer(Readable.from(reader.decompress(fileBytes(join(folder, DAY, name + '.part'))))))
}
const namesIn = (folder: string) => readdir(folder).then((names) => names.sort())
const bytesOf = async (folder: string) => {
  const names = await namesIn(join(folder, DAY))
  return Promise.all(names.map(async (name) => [name, await readFile(join(folder, DAY, name), 'base64')]))
}
const rejectedLine = (server: 1 | 2, file: string, number: number, line = 'x'): RejectedLine => ({
  ...{ server, file, number, reason: 'not valid JSON', line },
})

describe('an hour’s archive', () => {
  test('lies as .part files that say what the rows say', async () => {
    await using folder = await temporaryFolder()
    const rows = [
      mergedRow('9', { author_id: '70', text: 'a,b', lang: 'en', 'author.name': 'Ada' }, '1'),
      mergedRow('10', { author_id: '8', text: 'hi', lang: 'de' }, '2'),
    ]
    const { archive, users } = await write(vaultSettings(folder.path), rows, [rejectedLine(1, 'a.jsonl', 1)])
    expect(await namesIn(join(folder.path, DAY))).toEqual([
      '2026-11-21_13_IDs.txt.xz.part',
      '2026-11-21_13_rejected.jsonl.xz.part',
      '2026-11-21_13_tweets.csv.xz.part',
      '2026-11-21_13_users.csv.xz.part',
    ])
    expect(users).toBe(2)
    expect(archive.map(({ name, rows }) => [name, rows])).toEqual([
      ['2026-11-21_13_IDs.txt.xz', 2],
      ['2026-11-21_13_tweets.csv.xz', 2],
      ['2026-11-21_13_users.csv.xz', 2],
      ['2026-11-21_13_rejected.jsonl.xz', 1],
    ])
    expect(await contentOf(folder.path, '2026-11-21_13_IDs.txt.xz')).toBe('9\n10\n')
    expect(await contentOf(folder.path, '2026-11-21_13_tweets.csv.xz')).toBe(
      `${tweetColumns.join()}\n9,,70,,,,en,"a,b",,,,,Ada,,,,,,,,,1\n10,,8,,,,de,hi,,,,,,,,,,,,,,2\n`,
    )
    expect(await contentOf(folder.path, '2026-11-21_13_users.csv.xz')).toBe(
      `${userColumns.join()}\n8,de,,,,,,,,,,\n70,en,,,Ada,,,,,,,\n`,
    )
    expect(await contentOf(folder.path, '2026-11-21_13_rejected.jsonl.xz')).toBe(
      '{"server":1,"file":"a.jsonl","number":1,"reason":"not valid JSON","line":"x"}\n',
    )
  })

  test('of no tweet leaves no file', async () => {
    await using folder = await temporaryFolder()
    expect(await write(vaultSettings(folder.path), [])).toMatchObject({ archive: [], users: 0 })
    expect(await namesIn(folder.path)).toEqual([])
  })

  test('of nothing but rejected lines is one file', async () => {
    await using folder = await temporaryFolder()
    const { archive } = await write(vaultSettings(folder.path), [], [rejectedLine(2, 'b.jsonl', 3)])
    expect(archive.map(({ name }) => name)).toEqual(['2026-11-21_13_rejected.jsonl.xz'])
  })

  test('is hashed as it lies there, and as it is when uncompressed', async () => {
    await using folder = await temporaryFolder()
    const { archive } = await write(vaultSettings(folder.path), manyRows(2000))
    const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')
    for (const entry of archive) {
      const file = await readFile(join(folder.path, DAY, entry.name + '.part'))
      const content = Buffer.from(await contentOf(folder.path, entry.name))
      expect(entry).toMatchObject({ bytes: file.length, sha256: sha256(file) })
      expect(entry).toMatchObject({ content_bytes: content.length, content_sha256: sha256(content) })
    }
  })

  test('has the same bytes with one thread and with three, whichever compressor wrote it', async () => {
    const rows = manyRows(8_000, 420).map((row) => ({
      ...row,
      cells: row.cells.with(cellIndex.text, (row.cells[cellIndex.text] ?? '').repeat(10)),
    }))
    const written = async (changed: Partial<VaultSettings>) => {
      await using folder = await temporaryFolder()
      const { archive } = await write(vaultSettings(folder.path, { xzPreset: 0, ...changed }), rows)
      const tweets = archive.find(({ name }) => name.endsWith('_tweets.csv.xz'))
      expect(tweets?.content_bytes, 'more than one block').toBeGreaterThan(BLOCK_BYTES.tweets)
      return await bytesOf(folder.path)
    }
    const expected = await written({ threads: 1 })
    expect(expected).toHaveLength(3)
    expect(await written({ threads: 3, compressor: 'lzma-native' })).toEqual(expected)
    const tweets = Buffer.from(expected.find(([name = '']) => name.includes('_tweets.csv.xz'))?.[1] ?? '', 'base64')
    const first = sizedBlockAt(tweets, STREAM_HEADER.length)
    expect(first?.block.contentBytes).toBe(BLOCK_BYTES.tweets)
    expect(sizedBlockAt(tweets, first?.end ?? 0)?.block.contentBytes).toBeGreaterThan(0)
    await checkOneStream(tweets, 2)
  })

  test.skipIf(!hasXz)('passes xz --test (skipped without xz)', async () => {
    await using folder = await temporaryFolder()
    await write(vaultSettings(folder.path, { compressor: 'lzma-native' }), manyRows(1000))
    for (const name of await namesIn(join(folder.path, DAY))) {
      const file = await readFile(join(folder.path, DAY, name))
      expect(spawnSync('xz', ['--test', '--format=xz'], { input: file }).status).toBe(0)
    }
  })

  test.skipIf(!hasPython)('is read by Python’s lzma and csv cell by cell (skipped without python3)', async () => {
    await using folder = await temporaryFolder()
    const rows = manyRows(1000)
    await write(vaultSettings(folder.path), rows)
    const program = `
import csv, json, lzma, sys
with lzma.open(sys.argv[1], 'rt', encoding='utf-8', newline='') as file:
    print(json.dumps(list(csv.reader(file, strict=True))))`
    const path = join(folder.path, DAY, '2026-11-21_13_tweets.csv.xz.part')
    const table = rows.map(({ cells, servers }) => [...cells, servers])
    expect(JSON.parse(python(program, '', path))).toEqual([[...tweetColumns], ...table])
  })
})

test('rows that do not ascend by ID as numbers are a bug that is told', async () => {
  await using folder = await temporaryFolder()
  await using writer = await openArchive({ vault: vaultSettings(folder.path), hour })
  await writer.tweets([mergedRow('9'), mergedRow('10')])
  await expect(writer.tweets([mergedRow('10')])).rejects.toThrow('tweet 10 came after 10')
  await expect(writer.tweets([mergedRow('8')])).rejects.toThrow('tweet 8 came after 10')
})

test('rejected lines are sorted by server, file and number, and those of one place by their bytes', async () => {
  await using folder = await temporaryFolder()
  const sorted = [
    rejectedLine(1, 'a.jsonl', 2),
    rejectedLine(1, 'a.jsonl', 10, 'a'),
    rejectedLine(1, 'a.jsonl', 10, 'b\n今'),
    rejectedLine(1, 'b.jsonl', 1),
    rejectedLine(2, 'a.jsonl', 1),
  ]
  await write(vaultSettings(folder.path), [], sorted.toReversed())
  const lines = (await contentOf(folder.path, '2026-11-21_13_rejected.jsonl.xz')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(sorted)
})

test('what is abandoned is gone, and nothing of the earlier revision with it', async () => {
  await using folder = await temporaryFolder()
  const vault = vaultSettings(folder.path)
  const writer = await openArchive({ vault, hour })
  await writer.reject([rejectedLine(1, 'a.jsonl', 1)])
  await writer.tweets(manyRows(3000))
  expect(await namesIn(join(folder.path, DAY))).not.toEqual([])
  await writer.abandon()
  expect(await namesIn(join(folder.path, DAY))).toEqual([])
})

test('what is finished is left to the commit, whatever becomes of the writer', async () => {
  await using folder = await temporaryFolder()
  const writer = await openArchive({ vault: vaultSettings(folder.path), hour })
  await writer.tweets(manyRows(3))
  await writer.finish()
  await writer.abandon()
  expect(await namesIn(join(folder.path, DAY))).toHaveLength(3)
})

test('the signal stops the writer with its reason', async () => {
  await using folder = await temporaryFolder()
  const stop = new AbortController()
  await using writer = await openArchive({ vault: vaultSettings(folder.path), hour, signal: stop.signal })
  await writer.tweets(manyRows(3))
  stop.abort(new Error('enough'))
  await expect(writer.finish()).rejects.toThrow()
})

test('a file that is not read back as it was written is not handed over', async () => {
  await using folder = await temporaryFolder()
  const real = await compressor('auto', { preset: 1, threads: 1 })
  let faults = 0
  const forgetful: Compressor = {
    ...real,
    async *decompress(path) {
      for await (const chunk of real.decompress(path)) {
        faults++
        yield chunk.subarray(1)
      }
    },
  }
  await using writer = new ArchiveWriter(forgetful, { vault: vaultSettings(folder.path), hour })
  await writer.tweets(manyRows(3))
  await expect(writer.finish()).rejects.toThrow(DamagedArchiveError)
  expect(faults).toBeGreaterThan(0)
})

test('a disk that refuses the file is told with its own words', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, DAY, '2026-11-21_13_tweets.csv.xz.part'), { recursive: true })
  await using writer = await openArchive({ vault: vaultSettings(folder.path), hour })
  const writing = async () => {
    await writer.tweets(manyRows(3))
    await writer.finish()
  }
  await expect(writing()).rejects.toThrow(/EISDIR.*tweets/)
})
