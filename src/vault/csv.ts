const QUOTE = 0x22
const COMMA = 0x2c
const LF = 0x0a

/**
 * The rows of CSV text that `csvLine` wrote, in batches as the text comes. It takes only that dialect: `,` and `\n`,
 * quotes around a whole cell, doubled inside.
 * @throws Error on text in another form, and where the last row has no end
 */
export async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<string[][]> {
  let rest = ''
  for await (const chunk of text) {
    const { rows, end } = wholeRows(rest + chunk)
    rest = (rest + chunk).slice(end)
    if (rows.length > 0) yield rows
  }
  if (rest !== '') throw new Error('the last row has no end')
}

/** The rows that `text` begins with, and where the first that is not whole starts. */
function wholeRows(text: string): { rows: string[][]; end: number } {
  const rows: string[][] = []
  let end = 0
  for (let row = readRow(text, 0); row; row = readRow(text, end)) {
    rows.push(row.cells)
    end = row.end
  }
  return { rows, end }
}

function readRow(text: string, start: number): { cells: string[]; end: number } | undefined {
  const cells: string[] = []
  for (let at = start; ; at++) {
    const quoted = text.charCodeAt(at) === QUOTE
    const end = quoted ? endOfQuoted(text, at) : endOfPlain(text, at)
    if (end === undefined || end >= text.length) return undefined
    cells.push(quoted ? text.slice(at + 1, end - 1).replaceAll('""', '"') : text.slice(at, end))
    at = end
    const next = text.charCodeAt(at)
    if (next === LF) return { cells, end: at + 1 }
    if (next !== COMMA) throw new Error(`a quote inside a cell: ${JSON.stringify(text.slice(at - 20, at + 20))}`)
  }
}

function endOfPlain(text: string, start: number): number {
  let at = start
  for (let code = text.charCodeAt(at); code !== COMMA && code !== LF && at < text.length; code = text.charCodeAt(at))
    at++
  return at
}

/** Just after the quote that ends the cell; `undefined` while it has not come. */
function endOfQuoted(text: string, start: number): number | undefined {
  let at = text.indexOf('"', start + 1)
  while (at >= 0 && text.charCodeAt(at + 1) === QUOTE) at = text.indexOf('"', at + 2)
  return at < 0 ? undefined : at + 1
}

/** The lines of a text without their ends, in batches as the text comes. @throws Error where the last line has no end */
export async function* textLines(text: AsyncIterable<string>): AsyncGenerator<string[]> {
  let rest = ''
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (lines.length > 0) yield lines
  }
  if (rest !== '') throw new Error('the last line has no end')
}
