import { tweetColumns, type RowColumn } from '../../src/tweet/columns.js'
import { openArchive } from '../../src/vault/archive-writer.js'
import { commitHour } from '../../src/vault/commit.js'
import { bookOf } from '../vault/book-of.js'
import { mergedRow } from '../vault/merged-rows.js'
import { vaultSettings } from '../vault/vault-settings.js'

/** Cells at which some reader of CSV goes wrong unless it is told; none has a line break, as none of the archive has. */
const NASTY = [
  'plain',
  '',
  'a,"b"',
  '"',
  '""',
  '","',
  ',',
  "it's 'single'",
  'NA',
  'N/A',
  'null',
  'None',
  'nan',
  'NULL',
  '-',
  '.',
  '=1+1',
  "=cmd|' /C calc'!A0",
  '+1',
  '@SUM(1)',
  '-1e3',
  '00123',
  '1/2',
  '12:30',
  '10%',
  '1E400',
  '0x1F',
  'TRUE',
  '9223372036854775807',
  ' leading',
  'a  b',
  '\\.',
  '\\N',
  '\\',
  '\\"',
  '"\\',
  '\\n',
  '#comment',
  '<br>&amp;',
  'tab\there',
  '\u0001\u001a\u007f',
  'é今😂👩‍👩‍👧',
  'مرحبا\u200f',
  '\ufeffmark',
  '\u00a0\u2003',
  '\ufffd',
  ';|^~',
]

/** As long as a long post may be. Its bytes fit into the longest string that SPSS has. */
const LONG = `${'a "long", text; '.repeat(1562)}123456😂`

export const HOUR = Date.UTC(2026, 10, 21, 13)
export const HOUR_NAME = '2026-11-21_13'

const texts = [...NASTY, LONG]
export const ids: readonly string[] = texts.map((_, index) =>
  String(2_124_127_441_122_234_369n + BigInt(index) * 4_194_304n),
)

/** Each text comes to stand in each column of texts, and the long one in `text`. */
const cellsOf = (index: number): Partial<Record<RowColumn, string>> => ({
  conversation_id: index % 3 === 0 ? '9223372036854775807' : (ids[0] ?? ''),
  author_id: '1',
  created_at: '2026-11-21T13:07:12.000Z',
  text: texts[index] ?? '',
  source: NASTY[(index + 1) % NASTY.length] ?? '',
  'author.name': NASTY[(index + 2) % NASTY.length] ?? '',
  'author.location': NASTY[(index + 3) % NASTY.length] ?? '',
  reference_type: index % 4 === 0 ? 'quoted' : 'original',
  referenced_tweet_id: index % 4 === 0 ? '2124127441122234371' : '',
  referenced_tweets: index % 4 === 0 ? 'quoted:2124127441122234371 replied_to:2124127441122234373' : '',
  'author.verified': index % 2 === 0 ? 'true' : '',
  'author.public_metrics.followers_count': index % 2 === 0 ? String(index) : '',
})

const SERVERS = ['12', '1', '2'] as const
const rows = ids.map((id, index) => mergedRow(id, cellsOf(index), SERVERS[index % 3]))

/** The header, and the cells of every row. */
export const table: readonly (readonly string[])[] = [
  tweetColumns,
  ...rows.map(({ cells, servers }) => [...cells, servers]),
]

/** What makes trouble in lines as X sent them, and what the recipes make of it: null stays, an escaped backslash is no escape. */
export const SOURCES: readonly (readonly [json: string, mended: string | null])[] = [
  ['"\\ud83d half"', '\ufffd half'],
  ['"\\ud83d\\ude00"', '😀'],
  ['"\\\\ud83d \\\\u0000"', '\\ud83d \\u0000'],
  ['"a\\u0000b"', 'a\ufffdb'],
  ['null', null],
]

const line = (id: string, index: number): string =>
  `{"data":{"id":"${id}","author_id":"7","text":"plain","source":${SOURCES[index % SOURCES.length]?.[0] ?? ''}},` +
  '"includes":{"users":[{"id":"7","name":"Ada","username":"ada"}]},"__twarc":{"url":"","version":"","retrieved_at":""}}\n'

/** Archive that table in `vault`, with its lines. */
export async function archiveNastyHour(vault: string): Promise<void> {
  await using writer = await openArchive({ vault: vaultSettings(vault, { keepRaw: true }), hour: HOUR })
  await writer.tweets(rows)
  await writer.raw(Buffer.from(ids.map(line).join('')), ids.length)
  await commitHour(vault, HOUR, bookOf(HOUR, await writer.finish()))
}
