import { expect, test } from 'vitest'
import { RowStore } from '../../src/vault/encoded-rows.js'
import { Users } from '../../src/vault/users.js'
import type { MergedRow } from '../../src/tweet/row.js'
import { mergedRow } from './merged-rows.js'

function packUsers(rows: MergedRow[]): Uint8Array<ArrayBuffer> {
  const store = new RowStore()
  return store.encode(rows.map((row) => ({ row: store.add(row), servers: row.servers }))).users
}
const linesOf = (users: Users) => [...users.lines()].flat().map(String)

test('authors come by ID as numbers, each once', () => {
  const users = new Users()
  for (const [id, author] of [
    ['1', '100'],
    ['2', '9'],
    ['3', '100'],
    ['4', '20'],
  ] as const)
    users.add(packUsers([mergedRow(id, { author_id: author, 'author.name': `Name ${id}` })]))
  expect(users.count).toBe(3)
  expect(linesOf(users).map((line) => line.split(',').slice(0, 5))).toEqual([
    ['9', '', '', '', 'Name 2'],
    ['20', '', '', '', 'Name 4'],
    ['100', '', '', '', 'Name 3'],
  ])
})

test('an author’s entry is of the highest tweet that has author data, its language with it', () => {
  const users = new Users()
  users.add(packUsers([mergedRow('1', { author_id: '7', lang: 'en' })]))
  users.add(packUsers([mergedRow('2', { author_id: '7', lang: 'de', 'author.public_metrics.listed_count': '0' })]))
  users.add(packUsers([mergedRow('3', { author_id: '7', lang: 'fr' })]))
  expect(linesOf(users)).toEqual(['7,de,,,,,,,,,,0\n'])
})

test('without author data it is of the highest tweet', () => {
  const users = new Users()
  users.add(packUsers([mergedRow('1', { author_id: '7', lang: 'en' })]))
  users.add(packUsers([mergedRow('2', { author_id: '7', lang: 'de' })]))
  expect(linesOf(users)).toEqual(['7,de,,,,,,,,,,\n'])
})

test('a tweet that names no author adds none', () => {
  const users = new Users()
  users.add(packUsers([mergedRow('1', { 'author.name': 'Nobody' })]))
  expect(users.count).toBe(0)
})

test('names of any script come out as they went in', () => {
  const users = new Users()
  const name = 'Ада "今" \u{1f469}\u200d\u{1f469},\né'
  users.add(packUsers([mergedRow('1', { author_id: '7', 'author.name': name })]))
  expect(linesOf(users)[0]).toContain(name.replaceAll('"', '""'))
})
