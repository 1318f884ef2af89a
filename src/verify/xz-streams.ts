import { stat } from 'node:fs/promises'
import { fileBytes } from '../vault/compressor.js'

/** The six bytes with which an .xz stream begins (xz-file-format.txt, 2.1.1.1). */
const MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])

/**
 * Where the .xz streams of a file lie, one after the other, by their first bytes; what comes before the first of these
 * belongs to none. A stream whose beginning is damaged is part of the one before it, which then can't be read either.
 */
export async function* xzStreams(path: string): AsyncGenerator<{ start: number; end: number }> {
  const { size } = await stat(path)
  let start: number | undefined
  for await (const found of magics(path)) {
    if (start !== undefined) yield { start, end: found }
    start = found
  }
  if (start !== undefined) yield { start, end: size }
}

async function* magics(path: string): AsyncGenerator<number> {
  let offset = 0
  let tail = Buffer.alloc(0)
  for await (const chunk of fileBytes(path)) {
    const bytes = Buffer.concat([tail, chunk])
    for (let at = bytes.indexOf(MAGIC); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) yield offset + at
    const kept = Math.min(MAGIC.length - 1, bytes.length)
    offset += bytes.length - kept
    tail = bytes.subarray(bytes.length - kept)
  }
}
