import { rm } from '../durable/files.js'
import { join } from 'node:path'
import { crashPoint } from '../durable/crash-point.js'
import { hashFile } from '../durable/hash.js'
import { BATCH_NAME, clearHour } from '../spool/batch.js'
import { hourFolder } from '../spool/minute-name.js'
import { namesIn } from '../durable/folder.js'
import type { Book } from '../vault/book.js'
import type { InputFile } from './input-file.js'
import { isBooked } from './new-inputs.js'

/**
 * Remove the minute files that the committed book has. Each is hashed at this moment; without its hash in the book it
 * stays. Returns how many were removed.
 */
export async function removeSources(files: readonly InputFile[], book: Book): Promise<number> {
  let removed = 0
  for (const { path, server } of files) {
    const { sha256 } = await hashFile(path)
    if (!isBooked(book, { server, sha256 })) continue
    crashPoint('archive-before-remove')
    await rm(path)
    crashPoint('archive-after-remove')
    await rm(`${path}.bad`, { force: true })
    removed += 1
  }
  return removed
}

/** Remove an hour's folder, and its day's, where nothing is left in them but a batch that has been served. */
export async function removeEmptyFolder(spool: string, hour: number): Promise<void> {
  const names = await namesIn(join(spool, hourFolder(hour)))
  if (names.some((name) => name !== BATCH_NAME)) return
  crashPoint('archive-before-clear')
  await clearHour(spool, hour)
}
