import { crashPoint } from '../durable/crash-point.js'
import { unlessStrange, type Tell } from '../durable/strange-entry.js'
import { UntrustedFolder } from '../durable/untrusted-folder.js'
import { BATCH_NAME, clearHour } from '../spool/batch.js'
import { hourFolder } from '../spool/minute-name.js'
import { LARGEST_MINUTE_FILE } from '../spool/spool-files.js'
import { hourOf } from '../utc.js'
import type { Book } from '../vault/book.js'
import type { InputFile } from './input-file.js'
import { isBooked } from './new-inputs.js'

/**
 * Remove the minute files that the committed book has. Each is hashed at this moment; without its hash in the book it
 * stays. What has become strange is told and stays too. Returns how many were removed.
 */
export async function removeSources(files: readonly InputFile[], book: Book, tell: Tell): Promise<number> {
  let removed = 0
  for (const file of files) if (await unlessStrange(removeSource(file, book), tell)) removed += 1
  return removed
}

async function removeSource({ spool, minute, name, server }: InputFile, book: Book): Promise<boolean> {
  await using folder = await UntrustedFolder.open(spool, hourFolder(hourOf(minute)))
  const sha256 = folder && (await hashIn(folder, name))
  if (!folder || sha256 === undefined || !isBooked(book, { server, sha256 })) return false
  crashPoint('archive-before-remove')
  await folder.remove(name)
  crashPoint('archive-after-remove')
  await folder.remove(`${name}.bad`)
  return true
}

async function hashIn(folder: UntrustedFolder, name: string): Promise<string | undefined> {
  await using file = await folder.file(name, { mostBytes: LARGEST_MINUTE_FILE })
  return (await file?.hash())?.sha256
}

/**
 * Remove an hour's folder, and its day's, where nothing is left in them but a batch that has been served.
 * @throws StrangeEntryError
 */
export async function removeEmptyFolder(spool: string, hour: number): Promise<void> {
  {
    await using folder = await UntrustedFolder.open(spool, hourFolder(hour))
    const others = await folder?.names((name) => name !== BATCH_NAME)
    if (!others || others.length > 0) return
  }
  crashPoint('archive-before-clear')
  await clearHour(spool, hour)
}
