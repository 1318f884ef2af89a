import { expect, test } from 'vitest'
import type { BookedInput } from '../../src/vault/book.js'
import { mendedBook } from '../../src/verify/mended-book.js'
import { RowCounts } from '../../src/verify/row-counts.js'
import { bookOf } from '../report/book-of.js'
import { idAt } from '../support/tweets.js'

const HOUR = Date.parse('2026-11-21T13:00:00Z')

const input = (server: 1 | 2, minute: number, lines: number, number = 0): BookedInput => ({
  server,
  name: `sampled_stream_2026-11-21_13-0${minute}${number === 0 ? '' : `.${number}`}.jsonl`,
  ...{ bytes: 1, lines, sha256: `${server}-${minute}-${number}`, revision: 1, listed: true },
})

const salvaged = (minutes: Record<number, number>) => {
  const rows = new RowCounts()
  for (const [minute, count] of Object.entries(minutes))
    for (let index = 0; index < count; index++)
      rows.add([{ id: idAt(HOUR + Number(minute) * 60_000 + index), cells: [], retrievedMs: 0, servers: '12' }])
  return rows
}

test('of a file that was read in part only the minute files whose lines are not all there are lost', () => {
  const inputs = [input(1, 0, 3), input(1, 1, 2), input(1, 1, 1, 1), input(1, 2, 4), input(2, 0, 2), input(2, 2, 4)]
  const book = {
    ...bookOf('2026-11-21_13', { both: 9, only1: 1 }),
    inputs: [...inputs, { ...input(2, 1, 3), listed: false }],
  }
  const mended = mendedBook(book, {
    rows: salvaged({ 0: 2, 1: 3, 2: 3 }),
    rejected: [{ server: 1, file: input(1, 0, 3).name, number: 2, reason: 'no JSON', line: 'x' }],
    ...{ archive: [], users: 1, program: book.program, nowMs: 0, cause: 'a test' },
  })
  expect(mended.lost?.map(({ sha256, reason }) => `${sha256} ${reason}`)).toEqual([
    '1-2-0 archive_damaged',
    '2-2-0 archive_damaged',
    '2-1-0 archive_damaged',
  ])
  expect(mended.inputs.map(({ sha256 }) => sha256)).toEqual(['1-0-0', '1-1-0', '1-1-1', '2-0-0'])
  expect(mended).toMatchObject({
    archived: 8,
    missing_servers: [2],
    servers: { 1: { lines: 9, distinct: 8, rejected: 1 }, 2: { lines: 8, distinct: 8 } },
  })
})
