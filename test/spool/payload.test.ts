import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { filingOf, TwarcEnding, twarcEnding, withEnding, type Filing } from '../../src/spool/payload.js'
import { tweetMs } from '../../src/tweet/snowflake.js'
import { minuteOf } from '../../src/utc.js'
import { anyLine } from '../support/any-line.js'
import { payload } from '../support/tweets.js'

const NOON = Date.parse('2026-11-21T12:00:00Z')
const LINES = 20_000

test('a line with a byte that is no UTF-8 is set aside, though JSON.parse would take it', () => {
  const line = payload(NOON, { text: 'caf?' })
  line[line.indexOf('?')] = 0xe9
  expect(JSON.parse(line.toString())).toHaveProperty('data')
  expect(filingOf(line, NOON)).toEqual({ kind: 'rejected', reason: 'no whole JSON object' })
})

test('any line, whole, damaged or nonsense, is filed as JSON.parse alone would have it', () => {
  const seen = { minute: 0, rejected: 0 }
  fc.assert(
    fc.property(anyLine, (line) => {
      const filing = filingOf(line, NOON)
      seen[filing.kind] += 1
      expect(filing, line.toString()).toEqual(filedByParsing(line))
    }),
    { numRuns: LINES },
  )
  for (const count of Object.values(seen)) expect(count, JSON.stringify(seen)).toBeGreaterThan(LINES / 20)
})

function filedByParsing(line: Buffer): Filing {
  let value: unknown
  try {
    value = JSON.parse(line.toString())
  } catch {
    value = undefined
  }
  if (!isUtf8(line) || typeof value !== 'object' || value === null || Array.isArray(value))
    return { kind: 'rejected', reason: 'no whole JSON object' }
  const { data } = value as { data?: { id?: unknown; created_at?: unknown } | null }
  if (typeof data?.id !== 'string' || !/^\d{1,19}$/.test(data.id))
    return { kind: 'rejected', reason: 'no data.id of digits' }
  const createdAt = typeof data.created_at === 'string' ? data.created_at : undefined
  return { kind: 'minute', minute: minuteOf(tweetMs(data.id, createdAt, NOON)) }
}

test('__twarc takes the place of the last brace, whatever stands in the texts and behind it', () => {
  const payloads = [payload(NOON, { text: '}{"}' }), Buffer.from('{"data":{"id":"1"},"a":{"b":[{}]}} \t')]
  const lines = withEnding(payloads, twarcEnding('https://x/?a=1', '0.1.0', NOON))
    .toString()
    .split('\n')
  expect(lines.pop()).toBe('')
  const __twarc = { url: 'https://x/?a=1', version: '0.1.0', retrieved_at: '2026-11-21T12:00:00+00:00' }
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
    payloads.map((line) => ({ ...(JSON.parse(line.toString()) as object), __twarc })),
  )
})

test('the ending is made anew for another second and for another request', () => {
  const ending = new TwarcEnding('0.1.0')
  for (const [url, ms] of [
    ['https://x/?a=1', NOON],
    ['https://x/?a=1', NOON + 999],
    ['https://x/?a=1', NOON + 1000],
    ['https://x/?a=2', NOON + 1000],
    ['https://x/?a=1', NOON],
  ] as const)
    expect(ending.at(url, ms)).toEqual(twarcEnding(url, '0.1.0', ms))
})
