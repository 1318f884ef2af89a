import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KnownLines } from '../../src/hour/known-lines.js'
import { TwarcMembers } from '../../src/hour/twarc-member.js'
import { twarcEnding, withEnding } from '../../src/spool/payload.js'
import { readLine } from '../../src/tweet/flatten.js'

const URL = 'https://api.x.com/2/tweets/sample/stream?tweet.fields=id%2Ctext'
const NOON = Date.parse('2026-11-21T12:00:00Z')

/** A line as the spool files it, without its line end. */
function filed(payload: string, { url = URL, at = NOON } = {}): Buffer {
  return withEnding([Buffer.from(payload)], twarcEnding(url, '0.1.0', at)).subarray(0, -1)
}

const payloadOf = (id: string, text = 'a text') => JSON.stringify({ data: { id, text } })

test('a payload that was noted is known again with another time, and after another request', () => {
  const known = new KnownLines()
  known.note(filed(payloadOf('7')), '7')
  expect(known.idOf(filed(payloadOf('7'), { at: NOON + 61_000 }))).toBe('7')
  expect(known.idOf(filed(payloadOf('7'), { url: `${URL}&backfill_minutes=3` }))).toBe('7')
  expect(known.idOf(filed(payloadOf('8')))).toBeUndefined()
  known.clear()
  expect(known.idOf(filed(payloadOf('7')))).toBeUndefined()
})

test('a line that is torn, changed or without its last member is not known', () => {
  const known = new KnownLines()
  const line = filed(payloadOf('7'))
  known.note(line, '7')
  for (let length = 0; length < line.length; length++) expect(known.idOf(line.subarray(0, length))).toBeUndefined()
  expect(known.idOf(Buffer.from(payloadOf('7')))).toBeUndefined()
  expect(known.idOf(Buffer.concat([line, Buffer.from('}')]))).toBeUndefined()
})

test.each([
  ['"', 'a quote'],
  ['\\', 'a backslash'],
  ['\u0000', 'a NUL'],
  ['é', 'what is not ASCII'],
])('a time that holds %j is none', (odd) => {
  const known = new KnownLines()
  const line = filed(payloadOf('7'))
  known.note(line, '7')
  const text = line.toString('latin1')
  expect(known.idOf(Buffer.from(text.replace('T12:', `${odd}12:`), 'latin1'))).toBeUndefined()
})

test('a member that is not valid by itself is never learned', () => {
  const members = new TwarcMembers()
  const time = '2026-11-21T12:00:00+00:00'
  const without = (member: string) => members.payloadBytes(Buffer.from(`{"data":{"id":"7"}${member}`))
  expect(without(`,"__twarc":{"url":"\u00e9","retrieved_at":"${time}"}}`)).toBeUndefined()
  expect(without(`,"__twarc":{"url":x,"retrieved_at":"${time}"}}`)).toBeUndefined()
  expect(without(`,"__twarc":{"url":{},"retrieved_at":"${time}"}}}`)).toBeUndefined()
  expect(without(`,"__twarc":{"retrieved_at":"${time}"}}`)).toBe('{"data":{"id":"7"}'.length)
})

test('more payloads than are kept are no fault: the rest is not known', () => {
  const known = new KnownLines()
  const long = 'x'.repeat(3 << 20)
  for (const id of ['1', '2', '3', '4', '5', '6']) known.note(filed(payloadOf(id, long)), id)
  expect(known.idOf(filed(payloadOf('1', long)))).toBe('1')
  expect(known.idOf(filed(payloadOf('6', long)))).toBeUndefined()
})

test('whatever was noted, what is known is a whole line of that very tweet, by the test that every line must pass', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom(',"__twarc":{', '","id":"9"', '"}}', '\\', '{"data":{"id":"9"}}'),
  )
  const payload = fc
    .record({ id: fc.constantFrom('7', '8'), text, flat: fc.boolean() })
    .map(({ id, text, flat }) => JSON.stringify(flat ? { id, text } : { data: { text, id } }))
  const line = fc
    .record({ payload, minute: fc.nat(3), url: fc.constantFrom(URL, 'x'), cut: fc.nat(40), swap: fc.nat(400) })
    .map(({ payload, minute, url, cut, swap }) => {
      const whole = Buffer.from(filed(payload, { url, at: NOON + minute * 60_000 }))
      if (cut < 10) return whole.subarray(0, whole.length - cut)
      if (swap < whole.length - 1) whole.writeUInt8(whole.readUInt8(swap + 1), swap)
      return whole
    })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const known = new KnownLines()
      for (const line of lines) {
        const read = readLine(line)
        const id = known.idOf(line)
        if (id !== undefined) expect(read).toMatchObject({ kind: 'tweet', id })
        if (read.kind === 'tweet') known.note(line, read.id)
      }
    }),
    { numRuns: 3000 },
  )
})
