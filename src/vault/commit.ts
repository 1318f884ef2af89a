import { rename, rm } from '../durable/files.js'
import { join } from 'node:path'
import { crashPoint } from '../durable/crash-point.js'
import { makeFolder, namesIn, syncFolder } from '../durable/folder.js'
import { hashFile } from '../durable/hash.js'
import { faultText } from '../durable/owner.js'
import { CorruptStateError, writeState } from '../durable/state-file.js'
import { PART } from '../durable/whole-file.js'
import type { Log } from '../log.js'
import { errorCode } from '../operator-error.js'
import { parseDayName } from '../utc.js'
import { dayFolder, hourOfName, parseArchiveName } from './archive-names.js'
import { bookPath, type Book } from './book.js'
import { bookOfArchive, LostBookError } from './lost-book.js'

/**
 * Make an hour's archive count: write its book, which names the archive files' hashes; then give the `.part` files that
 * it names their names, and remove those of an earlier revision that it does not name. The book's appearance is the
 * commit: a crash before it leaves the earlier revision, one after it is finished by `recoverVault`.
 */
export async function commitHour(vault: string, hour: number, book: Book): Promise<void> {
  const folder = dayFolder(vault, hour)
  await makeFolder(folder)
  const names = await namesIn(folder)
  const absent = book.archive.find(({ name }) => !names.includes(name) && !names.includes(name + PART))
  if (absent) throw new Error(`${join(folder, absent.name)} has not been written: its book is not committed`)
  crashPoint('archive-before-book')
  await writeState(bookPath(vault, hour), book)
  crashPoint('archive-after-book')
  await finishCommit(folder, hour, book)
}

/**
 * Finish what a crash has cut short, before anything else is written to the vault: of the `.part` files those that a
 * book names, with their hash, get their names; every other is removed. An hour whose book is damaged, or gone though archive
 * files are there, is left as it is: whoever reads that book is told. A day whose folder does not let us is told, and stops no
 * other: its hours fail, each by itself.
 */
export async function recoverVault(vault: string, log?: Log): Promise<void> {
  for (const day of await namesIn(vault)) {
    if (parseDayName(day) === undefined) continue
    await recoverDay(vault, day).catch((error: unknown) => {
      if (errorCode(error) === undefined) throw error
      log?.error({ day }, `half-written files could not be seen to: ${faultText(error)}`)
    })
  }
}

/** The same for one day, by its folder's name. */
export async function recoverDay(vault: string, day: string): Promise<void> {
  const folder = join(vault, day)
  const parts = (await namesIn(folder)).filter((name) => name.endsWith(PART))
  for (const [hour, ofHour] of Map.groupBy(parts, hourOfName)) {
    if (hour === undefined) await removeAll(folder, ofHour)
    else await recoverHour(vault, hour, ofHour)
  }
  if (parts.length > 0) await syncFolder(folder)
}

async function recoverHour(vault: string, hour: number, parts: readonly string[]): Promise<void> {
  const book = await bookOfArchive(vault, hour).catch((error: unknown) => {
    if (error instanceof CorruptStateError || error instanceof LostBookError) return error
    throw error
  })
  if (book instanceof Error) return
  const folder = dayFolder(vault, hour)
  for (const part of parts) {
    const entry = book?.archive.find(({ name }) => name + PART === part)
    if (!entry || (await hashFile(join(folder, part))).sha256 !== entry.sha256) await removeAll(folder, [part])
  }
  if (book) await finishCommit(folder, hour, book)
}

/** What remains to be done once the book is there; the `.part` files named in it are known to be its own. */
async function finishCommit(folder: string, hour: number, book: Book): Promise<void> {
  const names = await namesIn(folder)
  const booked = new Set(book.archive.map(({ name }) => name))
  await removeAll(
    folder,
    names.filter((name) => parseArchiveName(name)?.hour === hour && !booked.has(name)),
  )
  for (const name of booked)
    if (names.includes(name + PART)) {
      await rename(join(folder, name + PART), join(folder, name))
      crashPoint('archive-after-rename')
    }
  await syncFolder(folder)
}

async function removeAll(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(join(folder, name))
}
