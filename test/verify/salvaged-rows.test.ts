import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tweetColumns } from '../../src/tweet/columns.js'
import { csvLine } from '../../src/tweet/csv-line.js'
import { compressor } from '../../src/vault/compressor.js'
import { salvagedRows } from '../../src/verify/salvaged-rows.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { idAt } from '../support/tweets.js'

const MS = Date.parse('2026-11-21T13:00:00Z')
const COUNT = 120
const id = (index: number) => idAt(MS + index)
const ALL = Array.from({ length: COUNT }, (_, index) => index)

/** A row whose author has line ends, quotes and commas in the name, so that its beginning is not easily found. */
function row(index: number): string {
  const cells = tweetColumns.map((name) => {
    if (['id', 'conversation_id', 'author_id'].includes(name)) return id(index)
    if (name === 'created_at') return '2026-11-21T13:00:00.000Z'
    if (name === 'author.name') return `a "quoted",\n${index},name`
    return name === 'servers' ? '12' : ''
  })
  return csvLine(cells)
}

/** tweets.csv as `streams` .xz streams, cut wherever it comes; then what is done to the bytes of some of them. */
async function salvage(streams: number, damage: (bytes: Buffer, index: number) => Buffer): Promise<number[]> {
  await using folder = await temporaryFolder()
  const codec = await compressor('lzma-native', { preset: 0, threads: 1 })
  const content = Buffer.from(csvLine(tweetColumns) + ALL.map(row).join(''))
  const size = Math.ceil(content.length / streams)
  const parts: Buffer[] = []
  for (let index = 0; index < streams; index++)
    parts.push(damage(await codec.compress(content.subarray(index * size, (index + 1) * size), 'lines'), index))
  const path = join(folder.path, 'tweets.csv.xz')
  await writeFile(path, Buffer.concat(parts))
  const found: number[] = []
  for await (const rows of salvagedRows(path, codec, new AbortController().signal))
    found.push(...rows.map((one) => ALL.findIndex((index) => id(index) === one.id)))
  return found
}

const flipped = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes)
  const at = Math.floor(copy.length / 2)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

test('of a whole file every row is salvaged', async () => {
  expect(await salvage(7, (bytes) => bytes)).toEqual(ALL)
})

test.each([0, 3, 6])('of a file whose stream %i is damaged the rows of the others are salvaged', async (bad) => {
  const found = await salvage(7, (bytes, index) => (index === bad ? flipped(bytes) : bytes))
  expect(found).toEqual([...found].sort((a, b) => a - b))
  const lost = ALL.filter((index) => !found.includes(index))
  expect(lost.length).toBeGreaterThan(COUNT / 7 - 4)
  expect(lost.length).toBeLessThan(COUNT / 7 + 4)
  expect((lost.at(-1) ?? 0) - (lost[0] ?? 0)).toBe(lost.length - 1)
})

test('of a file that was cut off the rows before the cut stream are salvaged', async () => {
  const found = await salvage(5, (bytes, index) => (index === 4 ? bytes.subarray(0, 40) : bytes))
  expect(found).toEqual(ALL.slice(0, found.length))
  expect(found.length).toBeGreaterThan((COUNT / 5) * 4 - 4)
})

test('a stream without a beginning takes the one before it along', async () => {
  const found = await salvage(4, (bytes, index) => (index === 2 ? bytes.subarray(6) : bytes))
  expect(found.length).toBeGreaterThan(COUNT / 2 - 6)
  expect(found.length).toBeLessThan(COUNT / 2 + 6)
})

test('of rubbish nothing is salvaged', async () => {
  expect(await salvage(3, (bytes) => Buffer.alloc(bytes.length))).toEqual([])
})
