import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { tweetColumns } from '../../src/tweet/columns.js'
import { csvLine } from '../../src/tweet/csv-line.js'
import { compressor } from '../../src/vault/compressor.js'
import { blockOf } from '../../src/vault/xz-block.js'
import { indexAndFooter, STREAM_HEADER } from '../../src/vault/xz-frame.js'
import { xzFault } from '../../src/vault/xz-fault.js'
import type { Reader } from '../../src/verify/archive-content.js'
import { salvagedRows } from '../../src/verify/salvaged-rows.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { idAt } from '../support/tweets.js'

const MS = Date.parse('2026-11-21T13:00:00Z')
const COUNT = 120
const id = (index: number) => idAt(MS + index)
const ALL = Array.from({ length: COUNT }, (_, index) => index)

/** A row whose author has line ends, quotes and commas in the name, so that its beginning is not easily found. */
function row(index: number, columns = tweetColumns): string {
  const cells = columns.map((name) => {
    if (['id', 'conversation_id', 'author_id'].includes(name)) return id(index)
    if (name === 'created_at') return '2026-11-21T13:00:00.000Z'
    if (name === 'author.name') return `a "quoted",\n${index},name`
    return name === 'servers' ? '12' : ''
  })
  return csvLine(cells)
}

type Damage = (bytes: Buffer, index: number) => Buffer

/** tweets.csv cut wherever it comes into so many parts, each compressed by itself. */
async function streamsOf(count: number, columns = tweetColumns): Promise<Buffer[]> {
  const codec = await compressor('lzma-native', { preset: 0, threads: 1 })
  const content = Buffer.from(csvLine(columns) + ALL.map((index) => row(index, columns)).join(''))
  const size = Math.ceil(content.length / count)
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      codec.compress(content.subarray(index * size, (index + 1) * size), 'lines'),
    ),
  )
}

/** What is salvaged of a file with these bytes. */
async function salvaged(bytes: Buffer, reader?: Reader, columns = tweetColumns): Promise<number[]> {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'tweets.csv.xz')
  await writeFile(path, bytes)
  const codec = reader ?? (await compressor('lzma-native', { preset: 0, threads: 1 }))
  const found: number[] = []
  for await (const rows of salvagedRows(path, columns, codec, new AbortController().signal))
    found.push(...rows.map((one) => ALL.findIndex((index) => id(index) === one.id)))
  return found
}

/** As the archive has it: one stream, of whose blocks some are damaged. */
async function ofBlocks(count: number, damage: Damage, columns = tweetColumns): Promise<number[]> {
  const blocks = (await streamsOf(count, columns)).map(blockOf).filter((block) => block !== undefined)
  const parts = blocks.map(({ parts }, index) => damage(Buffer.concat(parts), index))
  return salvaged(Buffer.concat([STREAM_HEADER, ...parts, indexAndFooter(blocks)]), undefined, columns)
}

/** As it was once: a stream for each block. */
const ofStreams = async (count: number, damage: Damage): Promise<number[]> =>
  salvaged(Buffer.concat((await streamsOf(count)).map(damage)))

const flipped = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes)
  const at = Math.floor(copy.length / 2)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

describe.each([
  ['of one stream with several blocks', ofBlocks],
  ['of several streams', ofStreams],
])('of a file %s', (_, salvage) => {
  test('that is whole every row is salvaged', async () => {
    expect(await salvage(7, (bytes) => bytes)).toEqual(ALL)
  })

  test.each([0, 3, 6])('whose part %i is damaged the rows of the others are salvaged', async (bad) => {
    const found = await salvage(7, (bytes, index) => (index === bad ? flipped(bytes) : bytes))
    expect(found).toEqual([...found].sort((a, b) => a - b))
    const lost = ALL.filter((index) => !found.includes(index))
    expect(lost.length).toBeGreaterThan(COUNT / 7 - 4)
    expect(lost.length).toBeLessThan(COUNT / 7 + 4)
    expect((lost.at(-1) ?? 0) - (lost[0] ?? 0)).toBe(lost.length - 1)
  })

  test('of rubbish nothing is salvaged', async () => {
    expect(await salvage(3, (bytes) => Buffer.alloc(bytes.length))).toEqual([])
  })
})

test('of a file that was cut off the rows before the cut stream are salvaged', async () => {
  const found = await ofStreams(5, (bytes, index) => (index === 4 ? bytes.subarray(0, 40) : bytes))
  expect(found).toEqual(ALL.slice(0, found.length))
  expect(found.length).toBeGreaterThan((COUNT / 5) * 4 - 4)
})

test('of a file that was cut off the rows before the cut block are salvaged', async () => {
  const blocks = (await streamsOf(5)).map(blockOf).filter((block) => block !== undefined)
  const whole = Buffer.concat([STREAM_HEADER, ...blocks.flatMap(({ parts }) => parts)])
  const found = await salvaged(whole.subarray(0, -40))
  expect(found).toEqual(ALL.slice(0, found.length))
  expect(found.length).toBeGreaterThan((COUNT / 5) * 4 - 4)
})

test('a stream without a beginning takes the one before it along', async () => {
  const found = await ofStreams(4, (bytes, index) => (index === 2 ? bytes.subarray(6) : bytes))
  expect(found.length).toBeGreaterThan(COUNT / 2 - 6)
  expect(found.length).toBeLessThan(COUNT / 2 + 6)
})

test.each([
  ['without a beginning', (bytes: Buffer) => bytes.subarray(6)],
  ['with bytes of another kind in its place', (bytes: Buffer) => Buffer.alloc(bytes.length + 3, 0xc0)],
])('a block %s takes no other along', async (_, damage) => {
  const found = await ofBlocks(4, (bytes, index) => (index === 2 ? damage(bytes) : bytes))
  const lost = ALL.filter((index) => !found.includes(index))
  expect(lost.length).toBeGreaterThan(COUNT / 4 - 4)
  expect(lost.length).toBeLessThan(COUNT / 4 + 4)
})

test('behind a block that is missing without a trace nothing is taken that may be wrong', async () => {
  const found = await ofBlocks(4, (bytes, index) => (index === 2 ? Buffer.alloc(0) : bytes))
  expect(found).toEqual(ALL.slice(0, found.length))
})

test('the blocks of a stream whose header is gone are found', async () => {
  const blocks = (await streamsOf(4)).map(blockOf).filter((block) => block !== undefined)
  const found = await salvaged(Buffer.concat(blocks.flatMap(({ parts }) => parts)))
  expect(found.length).toBeGreaterThan(COUNT - 4)
})

test('a block is not given up because the program that reads it was killed', async () => {
  const killed = xzFault({ task: 'read', how: 'was ended by SIGKILL', isKilled: true })
  const reader: Reader = {
    decompress: () =>
      new Readable({
        read() {
          this.destroy(killed)
        },
      }),
  }
  const bytes = Buffer.concat(await streamsOf(2))
  await expect(salvaged(bytes, reader)).rejects.toThrow('xz was ended by SIGKILL')
})

test('a table of another version is read by the columns that its book names, though the block with its header is lost', async () => {
  const older = tweetColumns.filter((name) => name !== 'author.location' && name !== 'referenced_tweets')
  const lost = await ofBlocks(4, (block, index) => (index === 0 ? flipped(block) : block), older)
  expect(lost).toEqual(ALL.slice(-lost.length))
  expect(lost.length).toBeGreaterThan(COUNT / 2)
})

test('where the first whole block begins within an ID, the rest of that ID passes for none', async () => {
  for (let count = 2; count <= 12; count++) {
    const found = await ofBlocks(count, (block, index) => (index === 0 ? flipped(block) : block))
    expect(found, `${count} blocks`).toEqual(ALL.slice(COUNT - found.length))
  }
})
