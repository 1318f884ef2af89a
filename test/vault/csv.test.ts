import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvLine } from '../../src/tweet/csv-line.js'
import { csvRows, textLines } from '../../src/vault/csv.js'
import { hasPython, python } from './tools.js'

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from('",\r\n a'), '\u0085', '\u2028', '\v', '今', '\u{1f600}') }),
  fc.string({ unit: 'grapheme' }),
)
const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 8 })
const csvOf = (table: string[][]) => table.map(csvLine).join('')

async function* cutAt(text: string, size: number) {
  await Promise.resolve()
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}
const read = async (text: string, size = 7) => (await Array.fromAsync(csvRows(cutAt(text, size)))).flat()

test('a cell is quoted only where it must be', () => {
  expect(csvLine(['', 'plain text', 'a,b', 'say "hi"', 'two\nlines', 'a\rb', ' '])).toBe(
    ',plain text,"a,b","say ""hi""","two\nlines","a\rb", \n',
  )
})

test('the text is what csv-stringify gives', () => {
  fc.assert(
    fc.property(rows, (table) => {
      // It quotes CR only when told to; readers take an unquoted one for a line end.
      expect(csvOf(table)).toBe(stringify(table, { quoted_match: /\r/ }))
    }),
  )
})

test('every table is read back as it was, wherever its text is cut', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 9 }), async (table, size) => {
      expect(await read(csvOf(table), size)).toEqual(table)
    }),
  )
})

test.skipIf(!hasPython)('Python’s csv reads the same cells (skipped without python3)', () => {
  const tables = fc.sample(rows, { numRuns: 200, seed: 20261121 })
  const program = `
import csv, io, json, sys
tables = json.load(sys.stdin)
print(json.dumps([list(csv.reader(io.StringIO(text, newline=''), strict=True)) for text in tables]))`
  expect(JSON.parse(python(program, JSON.stringify(tables.map(csvOf))))).toEqual(tables)
})

test.each(['a,b', 'a,"b', 'a,"b""\n'])('%j has no end and is refused', async (text) => {
  await expect(read(text)).rejects.toThrow('the last row has no end')
})

test('text behind a closing quote is refused', async () => {
  await expect(read('"a"b,c\n')).rejects.toThrow('a quote inside a cell')
})

test('lines are read wherever their text is cut, and a last line without an end is refused', async () => {
  const lines = async (text: string) => (await Array.fromAsync(textLines(cutAt(text, 3)))).flat()
  expect(await lines('one\n\nthree\n')).toEqual(['one', '', 'three'])
  await expect(lines('one\ntw')).rejects.toThrow('the last line has no end')
})
