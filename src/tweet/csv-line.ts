const NEEDS_QUOTES = /[",\r\n]/

/** A line of CSV as RFC 4180 has it, but ended by LF alone: a cell is quoted only where it must be. */
export const csvLine = (cells: readonly string[]): string => csvCells(cells, 0, cells.length).slice(0, -1) + '\n'

/** The cells from `start` up to, not including, `end`, as a line of CSV has them, each with a comma behind it. */
export function csvCells(cells: readonly string[], start: number, end: number): string {
  let text = ''
  for (let index = start; index < end; index++) {
    const cell = cells[index] ?? ''
    text += (NEEDS_QUOTES.test(cell) ? quoted(cell) : cell) + ','
  }
  return text
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`
