import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alwaysOdd } from '../../src/simulator/tweets/oddities.js'
import { SeededTweets } from '../../src/simulator/tweets/seeded-tweets.js'
import { parseStreamRequest } from '../../src/simulator/x/stream-request.js'
import { idInLine } from '../../src/tweet/id-in-line.js'
import { sampleUrl } from '../../src/x-api/sample-request.js'
import { anyLine } from '../support/any-line.js'

const TEXTS = 20_000
const ID = '1461345678901234567'

/** What there is to find, by JSON.parse alone. */
function parsedId(line: Buffer): string | undefined {
  try {
    const value = JSON.parse(line.toString()) as { data?: { id?: unknown } | null } | null
    const id = value?.data?.id
    return typeof id === 'string' && /^\d{1,19}$/.test(id) && !Array.isArray(value?.data) ? id : undefined
  } catch {
    return undefined
  }
}

const found = (text: string) => idInLine(Buffer.from(text))

describe('the ID is found', () => {
  test.each(['lean', 'full'] as const)('in every line as X writes it, with %s fields', (fields) => {
    const { searchParams } = sampleUrl({ baseUrl: 'https://x', fields }, 0)
    const request = parseStreamRequest(searchParams)
    if (!('asked' in request)) throw new Error(JSON.stringify(request))
    const seconds = new SeededTweets({ seed: 1, rate: 500 }).deliveredIn(1_795_309_200, request.asked, alwaysOdd)
    const deliveries = Array.from(seconds, ({ bytes, ends, ids }) => ({
      ids,
      lines: ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end - '\r\n'.length)),
    }))
    const ids = deliveries.flatMap((delivery) => delivery.ids)
    expect(ids.length).toBeGreaterThan(400)
    const lines = deliveries.flatMap((delivery) => delivery.lines)
    expect(lines.map(idInLine)).toEqual(ids)
  })

  test.each([
    ['where it is not the first member', `{"data":{"text":"a","id":"${ID}","lang":"en"}}`],
    ['where data is not the first member', `{"includes":{},"data":{"id":"${ID}"}}`],
    [
      'beside IDs of other objects',
      `{"data":{"attachments":{"id":"7"},"list":[{"id":"8"}],"id":"${ID}"},"includes":{"data":{"id":"9"}},"id":"1"}`,
    ],
    ['beside a text that looks like JSON', String.raw`{"data":{"text":"\"},\"data\":{\"id\":\"7\"}\\","id":"${ID}"}}`],
    ['beside numbers, words and empty things', `{"data":{"a":[0,-1,2.50,-0.1,true,false,null,[],{},""],"id":"${ID}"}}`],
    [
      'in both spellings of the newer names',
      `{"data":{"note_post":{"text":"a"},"id":"${ID}"},"includes":{"posts":[]}}`,
    ],
    [
      'beside characters in UTF-8 and as escapes',
      String.raw`{"data":{"text":"é😀\ud83d\ude00\ud83d\/\b","id":"${ID}"}}`,
    ],
  ])('%s', (_, text) => {
    expect(JSON.parse(text)).toHaveProperty('data.id', ID)
    expect(found(text)).toBe(ID)
  })
})

describe('JSON.parse is to decide', () => {
  test.each([
    ['on an ID that comes twice', `{"data":{"id":"1","id":"${ID}"}}`],
    ['on data that comes twice', `{"data":{"id":"1"},"data":{"id":"${ID}"}}`],
    ['on an ID whose name is escaped', String.raw`{"data":{"id":"1","\u0069d":"${ID}"}}`],
    ['on data whose name is escaped', String.raw`{"data":{"id":"1"},"dat\u0061":{"id":"${ID}"}}`],
    ['on blanks between members', `{"data": {"id":"${ID}"}}`],
    ['on blanks behind the line', `{"data":{"id":"${ID}"}} `],
    ['on an exponent', `{"data":{"id":"${ID}"},"a":1e3}`],
    ['on very deep nesting', `{"data":{"id":"${ID}"},"a":${'['.repeat(99)}${']'.repeat(99)}}`],
  ])('%s', (_, text) => {
    expect(JSON.parse(text)).toHaveProperty('data.id', ID)
    expect(found(text)).toBeUndefined()
  })

  test.each([
    ['a number', `{"data":{"id":${ID}}}`],
    ['an escaped text', String.raw`{"data":{"id":"\u0031"}}`],
    ['too long', `{"data":{"id":"${ID}1"}}`],
    ['empty', '{"data":{"id":""}}'],
    ['null', '{"data":{"id":null}}'],
    ['elsewhere', `{"data":{"author":{"id":"${ID}"}},"id":"${ID}"}`],
    ['in a list', `{"data":[{"id":"${ID}"}]}`],
    ['in nothing', '{"data":null}'],
    ['not there', '{"data":{}}'],
  ])('on an ID that is %s', (_, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow()
    expect(found(text)).toBeUndefined()
  })

  test('on every line that is torn anywhere', () => {
    const whole = Buffer.from(String.raw`{"data":{"id":"${ID}","a":[-1.5,true],"text":"é\u00e9\""},"matching":null}`)
    expect(idInLine(whole)).toBe(ID)
    for (let end = 0; end < whole.length; end += 1) expect(idInLine(whole.subarray(0, end))).toBeUndefined()
  })

  test.each([
    '01',
    '-',
    '1.',
    '.5',
    '-01',
    '+1',
    '1.e',
    'nul',
    'True',
    'truee',
    '"\t"',
    '"\\x"',
    '"\\u12g4"',
    '"',
    "''",
    '[1,]',
    '[,1]',
    '{"a":1,}',
    '{"a"}',
    '{a:1}',
    '[1}',
    '{"a":1]',
    '',
  ])('on a line that is broken by %s', (value) => {
    const text = `{"data":{"id":"${ID}","a":${value}}}`
    expect(() => JSON.parse(text) as unknown).toThrow()
    expect(found(text)).toBeUndefined()
  })
})

test('of any text, whole, damaged or nonsense, no other ID is found than JSON.parse has', () => {
  const seen = { found: 0, leftToParse: 0, none: 0 }
  fc.assert(
    fc.property(anyLine, (line) => {
      const expected = parsedId(line)
      const id = idInLine(line)
      seen[id !== undefined ? 'found' : expected !== undefined ? 'leftToParse' : 'none'] += 1
      if (id !== undefined) expect(id, line.toString()).toBe(expected)
    }),
    { numRuns: TEXTS },
  )
  for (const count of Object.values(seen)) expect(count, JSON.stringify(seen)).toBeGreaterThan(TEXTS / 50)
})
