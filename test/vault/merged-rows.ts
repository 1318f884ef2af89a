import { cellIndex, rowColumns, type RowColumn } from '../../src/tweet/columns.js'
import { retrievedMs, type MergedRow, type Servers } from '../../src/tweet/row.js'

/** A row with these cells; the others are empty. */
export function mergedRow(
  id: string,
  named: Partial<Record<RowColumn, string>> = {},
  servers: Servers = '12',
): MergedRow {
  const cells = rowColumns.map((name) => (name === 'id' ? id : (named[name] ?? '')))
  return { id, cells, retrievedMs: retrievedMs(cells[cellIndex.retrieved_at] ?? ''), servers }
}

/** `count` rows of tweets as they come in an hour, by ID ascending; about every third author is there before. */
export const manyRows = (count: number, bytesOfText = 80): MergedRow[] =>
  Array.from({ length: count }, (_, index) =>
    mergedRow(
      String(2_124_127_441_122_234_369n + BigInt(index) * 4_194_304n),
      {
        author_id: String(10_000_000 + ((index * 7919) % Math.ceil(count * 0.7))),
        retrieved_at: '2026-11-21T13:07:12+00:00',
        lang: 'en',
        text: noise(index, bytesOfText),
        'author.name': index % 5 === 0 ? `Smith, "Bob" of ${index}` : `Ada ${index}`,
      },
      index % 9 === 0 ? '1' : '12',
    ),
  )

/** The same as they were archived once: with line breaks in some of the names. */
export const olderRows = (count: number, bytesOfText = 80): MergedRow[] =>
  manyRows(count, bytesOfText).map((row, index) => ({
    ...row,
    cells: row.cells.with(cellIndex['author.name'], index % 5 === 0 ? `Smith, "Bob"\nof ${index}` : `Ada ${index}`),
  }))

/** Text that does not compress to nothing, the same for the same number. */
function noise(seed: number, bytes: number): string {
  let text = ''
  for (let state = seed + 1; text.length < bytes; state = (state * 48_271) % 2_147_483_647)
    text += state.toString(36) + ' '
  return text.slice(0, bytes)
}
