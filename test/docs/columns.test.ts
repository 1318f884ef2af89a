import { format } from 'prettier'
import { expect, test } from 'vitest'
import { dataPackage } from '../../src/publish/dataset/data-package.js'
import { gapFields, hourFields, idFields, reportFields, type Field } from '../../src/publish/dataset/fields.js'
import type { OsfSettings } from '../../src/settings/settings.js'
import { AUTHOR, columns, NEWER_NAMES, SERVERS_MEANING, userColumns, type Column } from '../../src/tweet/columns.js'

/** `includes.users[].name` of a person: without the brackets, with the newer names beside the older ones. */
const memberText = (path: string): string => {
  const newer = Object.entries(NEWER_NAMES).find(([older]) => path.split(/[.[]/).includes(older))
  const name = path.replaceAll('[]', '')
  return newer ? `\`${name}\` (or \`${newer[1]}\`)` : `\`${name}\``
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const described = ({ name, type, from, kind, meaning }: Column): string =>
  row([`\`${name}\``, type, from.map(memberText).join(kind === 'references' ? ' and ' : ', else '), meaning])

const fieldTypes = { string: 'text', integer: 'count', datetime: 'time' } as const

/** A table of a published file's columns; of some that are `always` filled nothing needs to be said of empty cells. */
const fieldTable = (fields: readonly Field[], always = false): string =>
  [
    row(['column', 'type', 'meaning']),
    row(['---', '---', '---']),
    ...fields.map(({ name, type, description, constraints }) => {
      const isFilled = always || constraints?.['required'] === true
      return row([`\`${name}\``, `${fieldTypes[type]}${isFilled ? '' : '?'}`, description])
    }),
  ].join('\n')

/** What `datapackage.json` says of the collection, beyond the standard. */
const COLLECTION: Readonly<Record<string, string>> = {
  since: 'Beginning of the first hour.',
  until: 'End of the last hour.',
  ids: 'IDs that are published.',
  hours_published: 'Hours whose file of IDs is at OSF.',
  hours_pending: 'Hours whose file is not there yet, or an earlier one.',
  hours_complete:
    'Hours in this state; and so on for `hours_partial`, `hours_not_collected`, `hours_damaged`, `hours_empty`, `hours_unknown`, `hours_not_archived`.',
  program: 'What wrote the description: `name`, `version`, and `path` where `[osf] program_url` is set.',
  programs: 'What wrote the hours: `version`, `compressor`, and `since`, the first hour whose last revision it wrote.',
  basis_for_sharing: '`[osf] basis`: on which ground the IDs are shared.',
}

const collectionTable = (): string =>
  [
    row(['member', 'meaning']),
    row(['---', '---']),
    ...Object.entries(COLLECTION).map(([name, meaning]) => row([`\`${name}\``, meaning])),
  ].join('\n')

const dictionary = () => `# The columns of the archive

Made from \`src/tweet/columns.ts\` and \`src/publish/dataset/fields.ts\` by
\`npm test -- test/docs/columns.test.ts --update\`. Every cell is text, and empty where nothing usable
came. Readers go by a column's name, never by its place: the hour's book names the columns of each table, and later versions may
add some.

An ID has up to 19 digits, more than a number holds in most programs. A time is as X sends it. A count is a whole number from 0 up.
A flag is \`true\` or \`false\`. A text has no line break.

## tweets.csv

${[
  row(['column', 'type', 'member of the payload', 'meaning']),
  row(['---', '---', '---', '---']),
  ...columns.map(described),
  row(['`servers`', 'set', '', SERVERS_MEANING]),
].join('\n')}

## users.csv

One row an author: of the author's last tweet of the hour that came with the author's data. \`lang\` is that tweet's language, not
the author's.

${userColumns.map((name) => `\`${name}\``).join(', ')}

## IDs.txt

One column without a header. At OSF, and in the archive:

${fieldTable(idFields, true)}

## The day report: 2026-11-21_report.txt

Tab-separated, a row an hour that has a book. With two servers:

${fieldTable(reportFields(true), true)}

With one:

${fieldTable(reportFields(false), true)}

## hours.csv

At OSF, in the project's root: a row for every hour of the collection, also for those of which nothing is there. A time is as in
\`2026-11-21T13:00:00Z\`; a type with \`?\` is that of a cell that may be empty.

${fieldTable(hourFields)}

## gaps.csv

Beside it: when a server, or nobody, heard the stream. A gap that goes on from hour to hour is one row.

${fieldTable(gapFields)}

## datapackage.json

Beside them: a Data Package 2.0 (datapackage.org) whose resources \`hours\`, \`gaps\`, \`ids\` and \`reports\` have the columns above, with their types and meanings. Its member
\`collection\` is ours:

${collectionTable()}
`

test('docs/columns.md says what the table of columns says', async () => {
  const text = await format(dictionary(), { parser: 'markdown', printWidth: 120 })
  await expect(text).toMatchFileSnapshot('../../docs/columns.md')
})

test('every column has a meaning, and the author’s come from the author', () => {
  for (const { name, from, meaning } of columns) {
    expect(meaning, name).toMatch(/^[A-Z].*\.$/)
    expect(from[0].startsWith(`${AUTHOR}.`), name).toBe(name.startsWith('author.'))
  }
})

test('every member of the data package that is ours has a meaning', () => {
  const settings = { project: 'abcde', title: 'T', creators: [], basis: 'research', programUrl: undefined }
  const nothing = { bytes: 1, sha256: '' }
  const text = dataPackage({
    dataset: { hours: [], redundant: true, writers: [] },
    settings: settings as unknown as OsfSettings,
    ...{ reports: [], tables: { hours: nothing, gaps: nothing }, version: '1', nowMs: 0 },
  })
  const { collection } = JSON.parse(text) as { collection: object }
  const told = Object.keys(collection).filter((name) =>
    Object.entries(COLLECTION)
      .flat()
      .some((words) => words.includes(name)),
  )
  expect(told).toEqual(Object.keys(collection))
})
