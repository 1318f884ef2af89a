const NEEDS_QUOTES = /[",\r\n]/

/** A line of CSV as RFC 4180 has it, but ended by LF alone: a cell is quoted only where it must be. */
export function csvLine(cells: readonly string[]): string {
  let line = ''
  for (const cell of cells) line += (NEEDS_QUOTES.test(cell) ? quoted(cell) : cell) + ','
  return line.slice(0, -1) + '\n'
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`
