import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { hashFile } from '../durable/hash.js'
import type { ArchiveFile } from '../vault/book.js'
import { fileBytes } from '../vault/compressor.js'
import { lineCounter } from '../vault/content-rows.js'
import { nulLines } from '../vault/nul-lines.js'
import { unpairedLines } from '../vault/unpaired-lines.js'
import { unzstd } from '../vault/zstd-stream.js'

/** What a book says of a raw.jsonl.zst as it lies there; `undefined` where it cannot be read to its end. */
export async function keptRaw(path: string, signal: AbortSignal): Promise<ArchiveFile | undefined> {
  const content = createHash('sha256')
  const counter = lineCounter()
  let [contentBytes, unpaired, withNul] = [0, 0, 0]
  let rest = Buffer.alloc(0)
  try {
    for await (const chunk of unzstd(fileBytes(path))) {
      content.update(chunk)
      counter.add(chunk)
      contentBytes += chunk.length
      const bytes = Buffer.concat([rest, chunk])
      const end = bytes.lastIndexOf('\n') + 1
      unpaired += unpairedLines(bytes.subarray(0, end))
      withNul += nulLines(bytes.subarray(0, end))
      rest = bytes.subarray(end)
    }
  } catch {
    signal.throwIfAborted()
    return undefined
  }
  const { bytes, sha256 } = await hashFile(path)
  return {
    ...{ name: basename(path), bytes, sha256, rows: counter.rows },
    ...{ content_bytes: contentBytes, content_sha256: content.digest('hex'), unpaired_lines: unpaired },
    nul_lines: withNul,
  }
}
