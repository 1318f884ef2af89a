import { createHash } from 'node:crypto'
import { fileChunks } from './file-chunks.js'

/** Size in bytes and SHA-256 (hex) of a file's content. */
export async function hashFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of fileChunks(path)) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}
