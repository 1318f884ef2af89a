import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')

/** A block of shell lines of a page. */
export interface Block {
  readonly page: string
  /** The heading above it. */
  readonly heading: string
  readonly text: string
}

/** The blocks of shell lines of a page, in order. */
export async function blocksOf(page: string): Promise<Block[]> {
  const parts = (await readFile(join(ROOT, page), 'utf8')).split(/^(?=## )/m)
  return parts.flatMap((part) => {
    const heading = /^## (.*)$/m.exec(part)?.[1] ?? ''
    return [...part.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => ({ page, heading, text }))
  })
}

/** The blocks below the heading that begins so. @throws Error where the page has none */
export async function blocksBelow(page: string, heading: string): Promise<Block[]> {
  const found = (await blocksOf(page)).filter((block) => block.heading.startsWith(heading))
  if (found.length === 0) throw new Error(`${page} has no lines below "${heading}"`)
  return found
}

/** What a person puts in place of the page's examples. */
export function filled(text: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((done, [example, own]) => done.replaceAll(example, own), text)
}
