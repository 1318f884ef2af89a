import { format } from 'prettier'
import { expect, test } from 'vitest'
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

const dictionary = () => `# The columns of the archive

Made from \`src/tweet/columns.ts\` by \`npm test -- --update test/docs/columns.test.ts\`. Every cell is text, and empty where nothing usable
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
