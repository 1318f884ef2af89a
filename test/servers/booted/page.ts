import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')

/** The blocks of shell lines of a page, in order, by the heading above them. */
export async function shellBlocks(page: string): Promise<Map<string, string[]>> {
  const blocks = new Map<string, string[]>()
  for (const part of (await readFile(join(ROOT, page), 'utf8')).split(/^(?=## )/m)) {
    const heading = /^## (.*)$/m.exec(part)?.[1] ?? ''
    blocks.set(
      heading,
      [...part.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text),
    )
  }
  return blocks
}

/** What a person puts in place of the page's examples. @throws Error where the page has no such example */
export function filled(text: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((done, [example, own]) => done.replaceAll(example, own), text)
}
