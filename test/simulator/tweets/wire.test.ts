import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asking, askedKey } from '../../../src/simulator/tweets/asked.js'
import { Recent } from '../../../src/simulator/tweets/recent.js'
import { SeededTweets } from '../../../src/simulator/tweets/seeded-tweets.js'
import { wireJson } from '../../../src/simulator/tweets/wire.js'
import { full, lean, linesOf, SECOND } from './sampled.js'

test('the wire has the basic plane raw, the rest as upper-case pairs, slashes as they are, and no blanks', () => {
  expect(wireJson({ text: 'é 日本 😂/👩‍👧 \u2028"', n: [1, null] })).toBe(
    '{"text":"é 日本 \\uD83D\\uDE02/\\uD83D\\uDC69‍\\uD83D\\uDC67 \u2028\\"","n":[1,null]}',
  )
})

test('whatever is put on the wire comes off it again, and no four-byte character is on it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = wireJson({ text })
      expect(JSON.parse(json)).toEqual({ text })
      expect(json).not.toMatch(/[\u{10000}-\u{10ffff}]/u)
    }),
  )
})

test('the same seed gives the same bytes, another seed others', () => {
  expect(linesOf(7, 300, full)).toEqual(linesOf(7, 300, full))
  expect(linesOf(8, 300, full)).not.toEqual(linesOf(7, 300, full))
})

test('seconds may be asked for in any order', () => {
  const forwards = new SeededTweets({ seed: 7, rate: 100 })
  const backwards = new SeededTweets({ seed: 7, rate: 100 })
  const seconds = [0, 1, 2, 3].map((place) => SECOND + place)
  const bytes = (tweets: SeededTweets) => (second: number) =>
    Buffer.concat([...tweets.deliveredIn(second, lean)].map((batch) => batch.bytes)).toString()
  const later = [...seconds].reverse().map(bytes(backwards)).reverse()
  expect(seconds.map(bytes(forwards))).toEqual(later)
})

test('the order of asking does not matter', () => {
  const names = ['lang', 'created_at', 'author_id']
  const [there, back] = [asking({ tweet: names }), asking({ tweet: [...names].reverse() })]
  expect(askedKey(there)).toBe(askedKey(back))
  expect(linesOf(7, 100, there)).toEqual(linesOf(7, 100, back))
})

test('a batch says where each line ends and which tweet it is', () => {
  const batches = [...new SeededTweets({ seed: 7, rate: 1300 }).deliveredIn(SECOND, lean)]
  expect(batches.length).toBeGreaterThan(1)
  for (const { bytes, ends, ids } of batches) {
    expect(ends.at(-1)).toBe(bytes.length)
    for (const [line, end] of ends.entries()) {
      const text = bytes.subarray(line === 0 ? 0 : ends[line - 1], end).toString()
      expect(text.endsWith('\r\n')).toBe(true)
      expect((JSON.parse(text) as { data: { id: string } }).data.id).toBe(ids[line])
    }
  }
})

test('only the most recent values are remembered, by weight', () => {
  const made: string[] = []
  const recent = new Recent<string, string>(5, (value) => value.length)
  const get = (key: string) =>
    recent.get(key, () => {
      made.push(key)
      return key
    })
  for (const key of ['aa', 'bb', 'aa', 'cc', 'bb', 'aa']) get(key)
  expect(made).toEqual(['aa', 'bb', 'cc', 'aa'])
})
