import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unpairedLines } from '../../src/vault/unpaired-lines.js'

const lines = (...texts: string[]) => Buffer.from(texts.map((text) => `{"text":"${text}"}\n`).join(''))

test('lines with half a surrogate pair are counted, each once', () => {
  expect(unpairedLines(lines('a', '\\ud83d\\ude00', 'é\\n\\\\ud83d', '\\u00e9'))).toBe(0)
  expect(unpairedLines(lines('\\ud83d', '\\uDE00 and \\ud83d', 'a\\ud83d\\n', '\\ud83d\\ud83d\\ude00', 'b'))).toBe(4)
  expect(unpairedLines(new Uint8Array())).toBe(0)
})

test('of any texts it counts what has half a pair', () => {
  const unit = fc.constantFrom('\ud83d', '\ude00', '\\', 'u', 'a', '\n', '"', 'é')
  fc.assert(
    fc.property(fc.array(fc.string({ unit, maxLength: 8 }), { maxLength: 6 }), (texts) => {
      const bytes = Buffer.from(texts.map((text) => `${JSON.stringify(text)}\n`).join(''))
      expect(unpairedLines(bytes)).toBe(texts.filter((text) => !text.isWellFormed()).length)
    }),
  )
})
