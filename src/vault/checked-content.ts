import { createHash } from 'node:crypto'
import { hashFile } from '../durable/hash.js'
import { errorCode, errorText } from '../operator-error.js'
import type { ArchiveFile } from './book.js'
import { DamagedArchiveError } from './damaged-archive-error.js'
import { XzProcessError } from './xz-fault.js'

/**
 * The content of the archive file at `path`, as `read` yields it, checked against what `entry` says of it: the file
 * before the first chunk, the content after the last one. Rows are for the reader to count.
 * @throws DamagedArchiveError
 */
export async function* checkedContent(
  path: string,
  entry: ArchiveFile,
  read: () => AsyncIterable<Buffer>,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  await checkFile(path, entry)
  const content = createHash('sha256')
  try {
    for await (const chunk of read()) {
      content.update(chunk)
      yield chunk
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof XzProcessError) throw error
    throw new DamagedArchiveError(path, errorText(error), error)
  }
  checkContent(path, entry, content.digest('hex'))
}

/** Hold a file's bytes against what `entry` says of them. @throws DamagedArchiveError */
export async function checkFile(path: string, entry: ArchiveFile): Promise<void> {
  const file = await hashFile(path).catch((error: unknown) => {
    throw errorCode(error) === 'ENOENT' ? new DamagedArchiveError(path, 'it is missing', error) : error
  })
  if (file.sha256 !== entry.sha256)
    throw new DamagedArchiveError(
      path,
      `SHA-256 ${file.sha256} of ${file.bytes} bytes, not ${entry.sha256} of ${entry.bytes}`,
    )
}

/** @throws DamagedArchiveError where the content has another SHA-256 than `entry` says */
export function checkContent(path: string, entry: ArchiveFile, sha256: string): void {
  if (sha256 !== entry.content_sha256)
    throw new DamagedArchiveError(path, `SHA-256 ${sha256} of its content, not ${entry.content_sha256}`)
}

/** @throws DamagedArchiveError where another number of rows was found than `entry` says */
export function checkRows(path: string, entry: ArchiveFile, rows: number): void {
  if (rows !== entry.rows) throw new DamagedArchiveError(path, `${rows} rows, not ${entry.rows}`)
}
