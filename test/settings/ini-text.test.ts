import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readIni } from '../../src/settings/ini-text.js'

const value = (text: string) => readIni(`[s]\nkey = ${text}`).entries[0]?.value
const faults = (text: string) => readIni(text).faults

test.each([
  ['true', 'true'],
  ['null', 'null'],
  ['007', '007'],
  ["'5'", '5'],
  ['"1.0"', '1.0'],
  ['', ''],
  ['a=b==', 'a=b=='],
  ['two words', 'two words'],
  ['before ; after', 'before'],
  ['before # after', 'before'],
  ['; all comment', ''],
  ['a\\;b\\#c', 'a;b#c'],
  ['"a;b#c"', 'a;b#c'],
  ['"a b" ; comment', 'a b'],
  ["'a b' # comment", 'a b'],
  ['"say \\"hi\\""', 'say "hi"'],
  ['Ünïcödé', 'Ünïcödé'],
])('the value %j reads %j, and always as text', (text, expected) => {
  expect(value(text)).toBe(expected)
})

test('sections may have a comment, line ends may be those of Windows, and a byte order mark is passed over', () => {
  const { entries, faults } = readIni('\uFEFF[a] ; first\r\nk = 1\r\n# note\r\n  [ b ]\r\n\r\nk = 2\r\n')
  expect(faults).toEqual([])
  expect(entries).toEqual([
    { section: 'a', key: 'k', value: '1', line: 2 },
    { section: 'b', key: 'k', value: '2', line: 6 },
  ])
})

test('a section may be continued, but no key may stand in it twice', () => {
  expect(faults('[a]\nk = 1\n[b]\nk = 1\n[a]\nl = 1')).toEqual([])
  expect(faults('[a]\nk = 1\n[b]\nk = 1\n[a]\nk = 1')).toEqual(['[a] k: stands twice, in lines 2 and 6; keep one'])
})

test('a name that JavaScript objects have by birth is a name like others', () => {
  const { entries } = readIni('[__proto__]\n__proto__ = 1\n[constructor]\ntoString = 2')
  expect(entries.map(({ section, key }) => [section, key])).toEqual([
    ['__proto__', '__proto__'],
    ['constructor', 'toString'],
  ])
})

test.each([
  ['key without a section', 'k = 1', 'line 1: k stands before the first [section]'],
  ['a key without =', '[a]\nenabled', 'line 2: neither [section] nor key = value nor a comment'],
  ['a section without its end', '[a', 'line 1: neither [section] nor key = value nor a comment'],
  ['a value without a key', '[a]\n= 3', 'line 2: neither [section] nor key = value nor a comment'],
  ['quotes that do not close', '[a]\nk = "x', "line 2: k: quotes that don't close, or more than a comment after them"],
  ['more after quotes', '[a]\nk = "x" y', "line 2: k: quotes that don't close, or more than a comment after them"],
  [
    'a comment sign within a word',
    '[a]\nk = secret#word',
    'line 2: k: ; and # begin a comment; put a value that has one into double quotes',
  ],
])('%s is a fault, told with its line and without the value', (_, text, fault) => {
  expect(faults(text)).toEqual([fault])
})

test('any text put into double quotes as JSON does comes back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(value(JSON.stringify(text))).toBe(text)
    }),
  )
})
