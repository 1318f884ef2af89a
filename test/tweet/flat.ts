import { rowColumns, type RowColumn } from '../../src/tweet/columns.js'
import { readLine } from '../../src/tweet/flatten.js'
import type { Row } from '../../src/tweet/row.js'

/** A line as a row, or why it is none. */
export function flatten(line: Buffer): { kind: 'row'; row: Row } | { kind: 'rejected'; reason: string } {
  const read = readLine(line)
  return read.kind === 'tweet' ? { kind: 'row', row: read.row() } : read
}

export type Cells = Record<RowColumn, string>

/** The cells of a line by their columns' names. @throws where the line is rejected */
export function cellsOf(line: string | Buffer): Cells {
  const flat = flatten(typeof line === 'string' ? Buffer.from(line) : line)
  if (flat.kind === 'rejected') throw new Error(flat.reason)
  return Object.fromEntries(rowColumns.map((name, index) => [name, flat.row.cells[index]])) as Cells
}

/** Why a line is rejected; `undefined` where it is not. */
export function reasonOf(line: string | Buffer): string | undefined {
  const flat = flatten(typeof line === 'string' ? Buffer.from(line) : line)
  return flat.kind === 'rejected' ? flat.reason : undefined
}
