import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvLine } from '../../src/tweet/csv-line.js'
import { isPreferred, type Copy } from '../../src/tweet/preferred-copy.js'

const copy = (server: 1 | 2, retrievedMs: number, ...cells: string[]): Copy => ({
  server,
  retrievedMs,
  row: Buffer.from(csvLine(cells)),
})
const preferredCopy = (a: Copy, b: Copy): Copy => (isPreferred(b, a) ? b : a)

test('server 1’s copy comes before server 2’s, though it was received later', () => {
  const [first, second] = [copy(1, Infinity, 'z'), copy(2, 0, 'a')]
  expect(preferredCopy(second, first)).toBe(first)
})

test('of one server the copy received first is taken', () => {
  const [early, late] = [copy(2, 1000, 'z'), copy(2, 2000, 'a')]
  expect(preferredCopy(late, early)).toBe(early)
})

test('the last word have the bytes of the line, not its UTF-16', () => {
  const [astral, privateUse] = [copy(1, 0, '\u{1f600}'), copy(1, 0, '\ue000')]
  expect(['\ue000', '\u{1f600}'].toSorted()).toEqual(['\u{1f600}', '\ue000'])
  expect(preferredCopy(astral, privateUse)).toBe(privateUse)
})

test('the copy taken does not depend on the order in which copies come', () => {
  const anyCopy = fc
    .tuple(fc.constantFrom<1 | 2>(1, 2), fc.constantFrom(0, 1, Infinity), fc.string({ maxLength: 2 }))
    .map(([server, ms, text]) => copy(server, ms, text))
  const copies = fc.array(anyCopy, { minLength: 1, maxLength: 6 })
  const shuffled = copies.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  )
  fc.assert(
    fc.property(shuffled, ([list, other]) => {
      expect(other.reduce(preferredCopy)).toEqual(list.reduce(preferredCopy))
    }),
  )
})

test('of equal rows the one whose line was kept is taken, and of two such the bytewise smaller', () => {
  const row = copy(1, 0, 'a')
  const [smaller, larger] = [Buffer.from('{"a":1}'), Buffer.from('{"a":2}')].map((line) => ({ ...row, line }))
  if (!smaller || !larger) throw new Error('there are two')
  for (const other of [row, larger]) {
    expect(isPreferred(smaller, other)).toBe(true)
    expect(isPreferred(other, smaller)).toBe(false)
  }
})
