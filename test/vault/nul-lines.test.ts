import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nulLines } from '../../src/vault/nul-lines.js'

test('of any texts it counts what has U+0000', () => {
  const unit = fc.constantFrom('\u0000', '\\', 'u', '0', 'u0000', '\n', '"', 'é')
  fc.assert(
    fc.property(fc.array(fc.string({ unit, maxLength: 8 }), { maxLength: 6 }), (texts) => {
      const bytes = Buffer.from(texts.map((text) => `${JSON.stringify(text)}\n`).join(''))
      expect(nulLines(bytes)).toBe(texts.filter((text) => text.includes('\u0000')).length)
    }),
  )
})

test('a line with several is one, and no line is none', () => {
  expect(nulLines(Buffer.from('{"a":"\\u0000\\u0000"}\n{"a":"\\u0000"}\n{}\n'))).toBe(2)
  expect(nulLines(new Uint8Array())).toBe(0)
})
