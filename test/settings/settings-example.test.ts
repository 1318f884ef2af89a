import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readIni } from '../../src/settings/ini-text.js'
import { keys, type Key } from '../../src/settings/keys.js'
import { checkedSettings } from '../../src/settings/load-settings.js'
import { iniText, serverOne, serverTwo, type Sections } from './settings-text.js'

const example = readFileSync(new URL('../../settings.example.ini', import.meta.url), 'utf8')

/** The example with what a server needs filled in where the key stands empty. */
function filledIn(sections: Sections): string {
  let section = ''
  const lines = example.split('\n').map((line) => {
    section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section
    const key = /^(\w+) =$/.exec(line)?.[1] ?? ''
    return `${line} ${sections[section]?.[key] ?? ''}`
  })
  return lines.join('\n')
}

test('the example has every key, with its true default, in the order of the program, and no other', () => {
  const { entries, faults } = readIni(example)
  const wanted = Object.entries(keys as Record<string, Record<string, Key<unknown>>>).flatMap(
    ([section, sectionKeys]) =>
      Object.entries(sectionKeys).map(([key, { default: value }]) => [section, key, value ?? '']),
  )
  expect(faults).toEqual([])
  expect(entries.map(({ section, key, value }) => [section, key, value])).toEqual(wanted)
})

test('every key of the example, or the keys right above it, has a comment that says what it is', () => {
  const paragraphs = example.split(/\n\n|\n(?=\[)|(?<=\])\n/)
  const bare = paragraphs.filter((paragraph) => / =/.test(paragraph) && !paragraph.startsWith(';'))
  expect(bare).toEqual([])
})

test.each([
  ['server 1', serverOne],
  ['server 2', serverTwo],
])('the example, with what %s needs filled in, gives the same settings as that alone', (_, sections) => {
  expect(checkedSettings('/s.ini', filledIn(sections), {})).toEqual(checkedSettings('/s.ini', iniText(sections), {}))
})
