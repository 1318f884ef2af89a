import { expect, test } from 'vitest'
import { archiveName, parseArchiveName, type ArchiveKind } from '../../src/vault/archive-names.js'

const hour = Date.UTC(2026, 10, 21, 13)
const names: [ArchiveKind, string][] = [
  ['IDs', '2026-11-21_13_IDs.txt.xz'],
  ['tweets', '2026-11-21_13_tweets.csv.xz'],
  ['users', '2026-11-21_13_users.csv.xz'],
  ['rejected', '2026-11-21_13_rejected.jsonl.xz'],
  ['raw', '2026-11-21_13_raw.jsonl.zst'],
]

test.each(names)('the name of %s is the model’s, both ways', (kind, name) => {
  expect(archiveName(hour, kind)).toBe(name)
  expect(parseArchiveName(name)).toEqual({ hour, kind })
})

test.each([
  '2026-11-21_13_hour.json',
  '2026-11-21_report.txt',
  '2026-11-21_13_IDs.txt.xz.part',
  '2026-11-21_24_IDs.txt.xz',
  '2026-11-31_13_IDs.txt.xz',
  'x2026-11-21_13_IDs.txt.xz',
  '',
])('%j is a stranger', (name) => {
  expect(parseArchiveName(name)).toBeUndefined()
})
