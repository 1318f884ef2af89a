import { createHash } from 'node:crypto'
import { fileChunks } from '../durable/file-chunks.js'
import type { Batch } from '../spool/batch.js'

/** What a sealed minute file holds, as a batch lists it. */
export type MinuteContent = Batch['files'][number]

const NEWLINE = 0x0a

/** Count and hash a file. A last line counts also where it has no end. */
export async function readContent(path: string, name: string): Promise<MinuteContent> {
  const hash = createHash('sha256')
  let [bytes, lines, last] = [0, 0, NEWLINE]
  for await (const chunk of fileChunks(path)) {
    hash.update(chunk)
    bytes += chunk.length
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1
    last = chunk.at(-1) ?? last
  }
  return { name, bytes, lines: last === NEWLINE ? lines : lines + 1, sha256: hash.digest('hex') }
}
