import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openArchive } from '../../src/vault/archive-writer.js'
import { commitHour } from '../../src/vault/commit.js'
import { toolMissing } from '../support/require-tool.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { bookOf } from '../vault/book-of.js'
import { mergedRow } from '../vault/merged-rows.js'
import { vaultSettings } from '../vault/vault-settings.js'

const hour = Date.UTC(2026, 10, 21, 13)
const ids = Array.from({ length: 40 }, (_, index) => String(2_124_127_441_122_234_369n + BigInt(index) * 4_194_304n))
const nasty = ['a,"b"', 'NA', '', ' x ', '=1+1', 'é今😂', '\u0001\t']
const line = (id: string, index: number) =>
  `{"data":{"id":"${id}","text":"${['\\ud83d half', '\\ud83d\\ude00', '\\\\ud83d', 'plain'][index % 4] ?? ''}"}}\n`
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  folder = await temporaryFolder()
  const vault = vaultSettings(folder.path, { keepRaw: true })
  await using writer = await openArchive({ vault, hour })
  const rows = ids.map((id, index) => mergedRow(id, { text: nasty[index % nasty.length] ?? '', author_id: '7' }))
  await writer.tweets(rows)
  await writer.raw(Buffer.from(ids.map(line).join('')), ids.length)
  const written = await writer.finish()
  expect(written.archive.at(-1)).toMatchObject({ name: '2026-11-21_13_raw.jsonl.zst', unpaired_lines: 10 })
  await commitHour(folder.path, hour, bookOf(hour, written))
})
afterAll(() => folder[Symbol.asyncDispose]())

const page = readFileSync(new URL('../../docs/data.md', import.meta.url), 'utf8')
const recipes = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text)
const TOOLS = ['python3', 'sqlite3', 'xz', 'zstd', 'perl', 'jq']
const cases = recipes.map((recipe) => {
  const needs = TOOLS.filter((tool) => new RegExp(`\\b${tool}\\b`).test(recipe))
  return { recipe, needs, missing: needs.map((tool) => toolMissing(tool)).find((reason) => reason !== undefined) }
})

test('the page has its recipes', () => {
  expect(recipes).toHaveLength(4)
})

for (const { recipe, needs, missing } of cases)
  test.skipIf(missing)(
    `the recipe with ${needs.join(', ')} in docs/data.md reads every tweet (${missing ?? 'all there'})`,
    () => {
      const command = recipe.replaceAll('HOUR', '2026-11-21_13')
      const { stdout, stderr, status } = spawnSync('sh', ['-c', command], {
        cwd: `${folder.path}/2026-11-21`,
        encoding: 'utf8',
      })
      expect(stderr).toBe('')
      expect(status).toBe(0)
      expect(stdout.trimEnd().split('\n')).toEqual(ids)
    },
  )
