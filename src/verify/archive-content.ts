import { createHash } from 'node:crypto'
import { hashFile } from '../durable/hash.js'
import { faultText } from '../durable/owner.js'
import { errorCode, errorText } from '../operator-error.js'
import type { ArchiveKind } from '../vault/archive-names.js'
import type { ArchiveFile } from '../vault/book.js'
import { fileBytes, type Compressor } from '../vault/compressor.js'
import { unzstd } from '../vault/zstd-stream.js'
import { XzProcessError } from '../vault/xz-fault.js'

export type Reader = Pick<Compressor, 'decompress'>

/** Something wrong with an archive file as it lies there. */
export interface FileFault {
  readonly text: string
  /** False where it could not be read to its end: then it may be whole. */
  readonly isDamaged: boolean
}

/** What is wrong with an archive file; `undefined` where it is what its book says. */
export async function fileFault(path: string, entry: ArchiveFile): Promise<FileFault | undefined> {
  try {
    const { bytes, sha256 } = await hashFile(path)
    if (sha256 === entry.sha256 && bytes === entry.bytes) return undefined
    const text = `damaged: SHA-256 ${sha256} of ${bytes} bytes, not ${entry.sha256} of ${entry.bytes}`
    return { text, isDamaged: true }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { text: 'missing', isDamaged: true }
    return { text: `cannot be read (${faultText(error)})`, isDamaged: false }
  }
}

/** Looks at a file's text as it passes, and counts its rows. May throw on a text that is none of ours. */
export interface Inspector {
  readonly rows: number
  read(text: AsyncIterable<string>): Promise<void>
}

/** Read a file's content through an inspector: what of it is not as the book says, and whether it came to its end. */
export async function contentFaults(
  path: string,
  { kind, entry }: { kind: ArchiveKind; entry: ArchiveFile },
  inspector: Inspector,
  { decompress }: Reader,
  signal: AbortSignal,
): Promise<{ isRead: boolean; faults: string[] }> {
  const hash = createHash('sha256')
  let bytes = 0
  const counted = async function* () {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const content = kind === 'raw' ? unzstd(fileBytes(path)) : decompress(fileBytes(path), signal)
    for await (const chunk of content) {
      hash.update(chunk)
      bytes += chunk.length
      yield decoder.decode(chunk, { stream: true })
    }
    yield decoder.decode()
  }
  try {
    await inspector.read(counted())
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof XzProcessError) throw error
    return { isRead: false, faults: [`its content cannot be read (${errorText(error)})`] }
  }
  const sha256 = hash.digest('hex')
  const isSame = sha256 === entry.content_sha256 && bytes === entry.content_bytes
  const other = `its content has SHA-256 ${sha256} and ${bytes} bytes, not ${entry.content_sha256} and ${entry.content_bytes}`
  const rows = inspector.rows === entry.rows ? [] : [`${inspector.rows} rows, not ${entry.rows}`]
  return { isRead: true, faults: [...(isSame ? [] : [other]), ...rows] }
}
