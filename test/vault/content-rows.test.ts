import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvLine } from '../../src/tweet/csv-line.js'
import { csvRowCounter, lineCounter } from '../../src/vault/content-rows.js'

const cell = fc.string({ unit: fc.constantFrom(...Array.from('"\n,a'), '今') })
const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { maxLength: 6 })

test('rows of CSV are counted without their header, wherever the bytes are cut', () => {
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 9 }), (rows, size) => {
      const bytes = Buffer.from([['id', 'text'], ...rows].map(csvLine).join(''))
      const counter = csvRowCounter()
      for (let at = 0; at < bytes.length; at += size) counter.add(bytes.subarray(at, at + size))
      expect(counter.rows).toBe(rows.length)
    }),
  )
})

test('lines are counted by their ends', () => {
  const counter = lineCounter()
  for (const chunk of ['1\n2', '2\n', '', '\n"\n']) counter.add(Buffer.from(chunk))
  expect(counter.rows).toBe(4)
})
