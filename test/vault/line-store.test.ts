import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvLine } from '../../src/tweet/csv-line.js'
import { compareIds } from '../../src/tweet/snowflake.js'
import { LineStore } from '../../src/vault/line-store.js'

const keyOf = (id: string) => Buffer.from(csvLine([id]).slice(0, -1))
const put = (store: LineStore, id: string, rest: string) => {
  store.set(keyOf(id), Buffer.from(csvLine([id, rest])))
}
const linesOf = (store: LineStore) => Array.from(store.places(), (place) => String(store.line(place)))

test('it holds what a map would, by ID as numbers', () => {
  const id = fc.oneof(fc.nat(30).map(String), fc.stringMatching(/^[1-9][0-9]{0,18}$/))
  const writes = fc.array(fc.tuple(id, fc.string({ unit: 'grapheme', maxLength: 40 })), { maxLength: 80 })
  fc.assert(
    fc.property(writes, (list) => {
      const store = new LineStore()
      for (const [key, rest] of list) put(store, key, rest)
      const map = new Map(list)
      const keys = [...map.keys()].sort(compareIds)
      expect(store.count).toBe(map.size)
      expect(linesOf(store)).toEqual(keys.map((key) => csvLine([key, map.get(key) ?? ''])))
      for (const key of keys) expect(String(store.get(keyOf(key)))).toBe(csvLine([key, map.get(key) ?? '']))
    }),
  )
})

test('it grows past its first index and its first chunk', () => {
  const store = new LineStore()
  const count = 30_000
  for (let id = count; id > 0; id--) put(store, String(id), `${id} ${'x'.repeat(200)}`)
  expect(store.count).toBe(count)
  expect(String(store.get(keyOf('17')))).toContain('17 x')
  expect(store.get(keyOf('0'))).toBeUndefined()
  expect(linesOf(store).map((line) => Number.parseInt(line))).toEqual(Array.from({ length: count }, (_, at) => at + 1))
})

test('a line longer than a chunk is held too, and those after it', () => {
  const store = new LineStore()
  const long = 'x'.repeat(10 << 20)
  put(store, '1', 'before')
  put(store, '2', long)
  put(store, '3', 'after')
  expect(linesOf(store)).toEqual(['1,before\n', `2,${long}\n`, '3,after\n'])
})

test('an odd ID that holds a comma or a quote is told from others', () => {
  const store = new LineStore()
  for (const id of ['a', 'a,b', '"a"', 'a"']) put(store, id, 'x')
  expect(store.count).toBe(4)
  expect(String(store.get(keyOf('a,b')))).toBe('"a,b",x\n')
})
