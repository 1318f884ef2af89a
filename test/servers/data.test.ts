import { readFileSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { archiveNastyHour, HOUR_NAME, ids, table } from '../docs/nasty-hour.js'
import { copyOfDay, recipe, rowsByPython, run } from '../docs/recipes.js'
import { toolMissing } from '../support/require-tool.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { noPostgresql, startPostgresql } from './postgresql.js'
import { bin, noPythonTools } from './python-tools.js'

const noPython = noPythonTools()
const python = join(bin, 'python')

let folder: Awaited<ReturnType<typeof temporaryFolder>>
const newDay = () => copyOfDay(join(folder.path, '2026-11-21'))

beforeAll(async () => {
  folder = await temporaryFolder()
  await archiveNastyHour(folder.path)
})
afterAll(() => folder[Symbol.asyncDispose]())

/** A table of pandas as lists; a cell that is no text fails. */
const PANDAS = '[list(tweets.columns)] + tweets.values.tolist()'

test.skipIf(noPython).each([
  ['python pandas', PANDAS],
  ['python pandas day', PANDAS],
  ['python polars', '[tweets.columns] + [list(row) for row in tweets.rows()]'],
])('docs/data.md, %s: it reads every cell as it is', async (mark, cells) => {
  expect(rowsByPython(python, recipe(mark), cells, await newDay())).toEqual(table)
})

test.skipIf(noPython)('docs/data.md, python pandas edges: it has every reference with its type', async () => {
  const edges = rowsByPython(
    python,
    recipe('python pandas edges'),
    'edges.reset_index().values.tolist()',
    await newDay(),
  )
  const column = (name: string, row: readonly string[]) => row[table[0]?.indexOf(name) ?? -1] ?? ''
  const expected = table.slice(1).flatMap((row) =>
    column('referenced_tweets', row)
      .split(' ')
      .filter((reference) => reference !== '')
      .map((reference) => [column('id', row), ...reference.split(':')]),
  )
  expect(expected.length).toBeGreaterThan(20)
  expect(edges).toEqual(expected)
})

test.skipIf(noPython)('docs/data.md: what it says of defaults is so in pandas, polars and DuckDB', async () => {
  const day = await newDay()
  run('sh', ['-c', 'xz -dk *_tweets.csv.xz'], day)
  const file = `'${HOUR_NAME}_tweets.csv'`
  const pandas = `import pandas\ntweets = pandas.read_csv(${file})`
  const kinds = 'str(tweets.id.dtype), str(tweets.referenced_tweet_id.dtype), int((tweets.text == "NA").sum())'
  expect(rowsByPython(python, pandas, `[${kinds}]`, day)).toEqual(['int64', 'float64', 0])
  const polars = `import polars\ntweets = polars.read_csv(${file})`
  expect(rowsByPython(python, polars, '[str(tweets.schema[name]) for name in ("id", "servers")]', day)).toEqual([
    'Int64',
    'Int64',
  ])
  const duckdb = `import duckdb\nfound = duckdb.sql("SELECT typeof(id), typeof(servers) FROM ${file}")`
  expect(rowsByPython(python, duckdb, 'found.fetchall()[0]', day)).toEqual(['BIGINT', 'BIGINT'])
  for (const [program, reading] of [
    ['polars', 'polars.read_csv'],
    ['duckdb', 'duckdb.read_csv'],
  ])
    expect(() => run(python, ['-c', `import ${program}\n${reading}('${HOUR_NAME}_tweets.csv.xz')`], day)).toThrow()
})

test.skipIf(noPython)('docs/data.md, sql duckdb: it reads every cell as it is', async () => {
  const day = await newDay()
  run('sh', ['-c', 'xz -dk *_tweets.csv.xz'], day)
  await writeFile(join(day, 'recipe.sql'), recipe('sql duckdb'))
  const program = [
    'import duckdb',
    "duckdb.sql(open('recipe.sql').read())",
    "found = duckdb.sql('SELECT * FROM tweets ORDER BY id::BIGINT')",
  ].join('\n')
  const cells = "[found.columns] + [['' if cell is None else cell for cell in row] for row in found.fetchall()]"
  expect(rowsByPython(python, program, cells, day)).toEqual(table)
})

test.skipIf(noPostgresql())('docs/data.md, sh postgresql: it reads every cell as it is', async () => {
  await using server = await startPostgresql()
  const day = await newDay()
  expect(run('sh', ['-ec', recipe('sh postgresql')], day, server.env)).toBe('')
  const query = 'SELECT json_agg(tweets ORDER BY id::bigint) FROM tweets'
  const rows = JSON.parse(run('psql', ['-qAtc', query], day, server.env)) as Record<string, string | null>[]
  const [header = []] = table
  expect([header, ...rows.map((row) => header.map((name) => row[name] ?? ''))]).toEqual(table)
})

test.skipIf(toolMissing('pspp'))(
  "docs/data.md, spss pspp: it reads every cell as it is, but for blanks at a cell's end",
  async () => {
    const day = await newDay()
    run('xz', ['-dk', `${HOUR_NAME}_tweets.csv.xz`], day)
    const save = "SAVE TRANSLATE /OUTFILE='out.csv' /TYPE=CSV /REPLACE /FIELDNAMES /CELLS=VALUES.\n"
    await writeFile(join(day, 'recipe.sps'), recipe('spss pspp'))
    await appendFile(join(day, 'recipe.sps'), save)
    expect(run('pspp', ['recipe.sps'], day, { LC_ALL: 'C.UTF-8' })).toBe('')
    const program = "import csv\nfound = csv.reader(open('out.csv', encoding='utf-8', newline=''))"
    const found = rowsByPython('python3', program, 'list(found)', day)
    expect(found).toEqual(table.map((row) => row.map((cell) => cell.replace(/ +$/, ''))))
  },
)

test.skipIf(noPython)('docs/data.md, sh twarc: it reads every line as X sent it', async () => {
  const day = await newDay()
  run('sh', ['-ec', recipe('sh twarc')], day, { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: day })
  const lines = readFileSync(join(day, 'flat.jsonl'), 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(ids)
  const program = "import pandas\nposts = pandas.read_csv('posts.csv', dtype=str, keep_default_na=False)"
  expect(rowsByPython(python, program, 'list(posts.id)', day)).toEqual(ids)
})
