import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readBook } from '../../src/vault/book.js'
import { toolMissing } from '../support/require-tool.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { archiveNastyHour, HOUR, ids, SOURCES, table } from './nasty-hour.js'
import { marks, recipe, rowsByPython, run, sectionOf } from './recipes.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
const day = () => join(folder.path, '2026-11-21')

beforeAll(async () => {
  folder = await temporaryFolder()
  await archiveNastyHour(folder.path)
})
afterAll(() => folder[Symbol.asyncDispose]())

const missingOf = (...tools: string[]) => tools.map((tool) => toolMissing(tool)).find((reason) => reason !== undefined)
const recipeTest = (mark: string, tools: readonly string[], check: () => void) => {
  const missing = missingOf(...tools)
  test.skipIf(missing)(`docs/data.md, ${mark}: it reads every cell as it is (${missing ?? 'all there'})`, check)
}

const HERE = ['python csv', 'sh sqlite', 'sh jq', 'sh ids']
const WITH_SERVERS = ['python pandas', 'python pandas day', 'python pandas edges', 'python polars', 'sql duckdb']
const INSTALLED = [...WITH_SERVERS, 'sh postgresql', 'sh twarc', 'spss pspp']

test('docs/data.md: every recipe is run by a test, or marked as not run', () => {
  const notRun: [mark: string, heading: string][] = [
    ['r readr', 'R'],
    ['r data.table', 'R'],
    ['r base', 'R'],
    ['sh libreoffice', 'LibreOffice'],
  ]
  expect(marks.toSorted()).toEqual([...HERE, ...INSTALLED, ...notRun.map(([mark]) => mark)].toSorted())
  for (const heading of [...notRun.map(([, heading]) => heading), 'Stata', 'Excel', '4CAT'])
    expect(sectionOf(heading).trimStart(), heading).toMatch(/^Not run/)
})

test('the table has cells as long as a post may be, and half pairs in its lines', async () => {
  const [raw] = ((await readBook(folder.path, HOUR))?.archive ?? []).filter(({ name }) => name.endsWith('.zst'))
  const withSource = (index: number) => ids.filter((_, at) => at % SOURCES.length === index).length
  expect(raw).toMatchObject({ unpaired_lines: withSource(0), nul_lines: withSource(3) })
  expect(Math.max(...table.flat().map(({ length }) => length))).toBe(25_000)
})

recipeTest('python csv', ['python3'], () => {
  const cells = '[list(tweets[0])] + [list(row.values()) for row in tweets]'
  expect(rowsByPython('python3', recipe('python csv'), cells, day())).toEqual(table)
})

recipeTest('sh sqlite', ['sqlite3', 'xz', 'python3'], () => {
  expect(run('sh', ['-c', recipe('sh sqlite')], day())).toBe('')
  const program = "import sqlite3\nfound = sqlite3.connect('tweets.db').execute('SELECT * FROM tweets ORDER BY rowid')"
  const cells = '[[name for name, *_ in found.description]] + [list(row) for row in found]'
  expect(rowsByPython('python3', program, cells, day())).toEqual(table)
})

for (const [mark, ...tools] of [
  ['sh jq', 'zstd', 'perl', 'jq'],
  ['sh ids', 'xz', 'sort'],
] as const)
  recipeTest(mark, tools, () => {
    expect(
      run('sh', ['-c', recipe(mark)], day())
        .trimEnd()
        .split('\n'),
    ).toEqual(ids)
  })

const missing = missingOf('zstd', 'perl')
test.skipIf(missing)(`docs/data.md, sh jq: nothing but halves and NUL is replaced (${missing ?? 'all there'})`, () => {
  const mended = run('sh', ['-c', recipe('sh jq').replace(/\| jq .*/, '')], day())
    .trimEnd()
    .split('\n')
  expect(mended.map((line) => (JSON.parse(line) as { data: { source: unknown } }).data.source)).toEqual(
    ids.map((_, index) => SOURCES[index % SOURCES.length]?.[1]),
  )
})
