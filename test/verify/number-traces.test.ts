import { expect, test } from 'vitest'
import { NumberTraces } from '../../src/verify/number-traces.js'
import { idAt } from '../support/tweets.js'

const MS = Date.parse('2026-11-21T13:00:00Z')

function faults(ids: readonly string[]): string[] {
  const traces = new NumberTraces('id')
  for (const id of ids) traces.see(id)
  return traces.faults()
}

/** IDs as snowflake makes them: `low` gives the lower 22 bits. */
const ids = (count: number, low: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => idAt(MS + index * 7, low(index)))
const whole = ids(1000, (index) => (index * 7919) % 4_194_304)

test('whole IDs show no trace', () => {
  expect(faults(whole)).toEqual([])
})

test('IDs of which most have sequence number 0 show no trace', () => {
  expect(faults(ids(1000, (index) => (index % 10 === 0 ? 1 : 0)))).toEqual([])
})

test('IDs printed by JavaScript after they were numbers end in zeros', () => {
  expect(faults(whole.map((id) => String(Number(id))))[0]).toMatch(/^1000 of 1000 IDs in id end in 00/)
  expect(faults(whole.slice(0, 8).map((id) => String(Number(id))))).toHaveLength(1)
})

test('a third of them is enough', () => {
  expect(faults(whole.map((id, index) => (index % 3 === 0 ? String(Number(id)) : id)))).toHaveLength(1)
})

test('IDs printed exactly after they were numbers are all multiples of 256', () => {
  expect(faults(whole.map((id) => BigInt(Number(id)).toString()))[0]).toMatch(/^all of 1000 IDs .* multiples of 256/)
})

test('old and short IDs say nothing', () => {
  expect(faults(Array.from({ length: 500 }, (_, index) => String(index * 100)))).toEqual([])
})
