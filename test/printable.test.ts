import { expect, test } from 'vitest'
import { printable, printableLines } from '../src/printable.js'

test('what can steer a terminal, begin a line or turn text round is shown, not sent', () => {
  expect(printable('a\u001b[31mb\n2026 ERROR c\r\t\u0000\u009b\u202ed\u2028e\ud800f\u{e0041}')).toBe(
    'a\\u001b[31mb\\n2026 ERROR c\\r\\t\\u0000\\u009b\\u202ed\\u2028e\\ud800f\\udb40\\udc41',
  )
})

test('letters of any script, signs and pictures stay as they are', () => {
  const text = 'schön, 今日は, مرحبا, 🙂 and "quotes"'
  expect(printable(text)).toBe(text)
})

test('an endless text is shown by its beginning', () => {
  expect(printable('x'.repeat(10_000), 5)).toBe('xxxxx… (10000 characters)')
  expect(printable('\u0000'.repeat(1e6)).length).toBeLessThan(25_000)
})

test('lines of our own stay lines, and JSON stays JSON with the same values', () => {
  expect(printableLines('one\n\ttwo\u001b\n')).toBe('one\n\ttwo\\u001b\n')
  const value = { text: 'a\u202e\u0085\u{e0041}\ud800', n: 1 }
  expect(JSON.parse(printableLines(JSON.stringify(value, null, 1)))).toEqual(value)
  expect(printableLines(JSON.stringify(value))).not.toMatch(/[\p{Cf}\p{Cc}]/u)
})
