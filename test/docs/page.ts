import { readFileSync } from 'node:fs'

/** A page of docs/, as the tests hold it against the code. */
export class Page {
  readonly name: string
  readonly #text: string

  /** `name` as in docs/: `data.md`. */
  constructor(name: string) {
    this.name = name
    this.#text = readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
  }

  /** What stands under the heading `words`, else the first that contains them, up to the next one of its level or above. */
  section(words: string): string {
    const lines = this.#text.split('\n')
    const headings = lines.map((line) => /^#+ (.*)$/.exec(line)?.[1])
    const exact = headings.indexOf(words)
    const start = exact < 0 ? headings.findIndex((heading) => heading?.includes(words)) : exact
    if (start < 0) throw new Error(`docs/${this.name} has no heading with ${words}`)
    const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 0
    const end = lines.findIndex((line, index) => index > start && new RegExp(`^#{1,${level}} `).test(line))
    return lines.slice(start + 1, end < 0 ? undefined : end).join('\n')
  }

  /** The rows of the tables under that heading, without their headers: the text of each cell. */
  rows(words: string): string[][] {
    const rows = this.section(words)
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) =>
        line
          .split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim()),
      )
    return rows.filter((row, index) => !isRule(row) && !isRule(rows[index + 1]))
  }

  /** The blocks of code marked with these words: "json book". */
  blocks(info: string): string[] {
    return [...this.#text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].flatMap(([, words, code = '']) =>
      words === info ? [code] : [],
    )
  }

  /** The only block marked so. */
  block(info: string): string {
    const [code, ...others] = this.blocks(info)
    if (code === undefined || others.length > 0) throw new Error(`docs/${this.name} needs one block ${info}`)
    return code
  }

  /** How all blocks of code are marked, in their order. */
  get marks(): string[] {
    return [...this.#text.matchAll(/^```(.+)$/gm)].map(([, words = '']) => words)
  }
}

const isRule = (row: readonly string[] | undefined): boolean => row?.every((cell) => /^:?-+:?$/.test(cell)) ?? false
