import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const DOC = join(import.meta.dirname, '../../docs/server-1-account.md')

/** A block of code in the doc on server 1's account. */
export interface Block {
  readonly language: string
  readonly text: string
}

/** The blocks of code of docs/server-1-account.md, by the number of their step. */
export async function accountDoc(): Promise<Map<number, Block[]>> {
  const steps = new Map<number, Block[]>()
  let step = 0
  for (const part of (await readFile(DOC, 'utf8')).split(/^(?=## )/m)) {
    step = Number(/^## (\d)\./.exec(part)?.[1] ?? 0)
    const blocks = [...part.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    steps.set(
      step,
      blocks.map(([, language = '', text = '']) => ({ language, text })),
    )
  }
  return steps
}
