import { hashFile } from '../durable/hash.js'
import { CorruptStateError } from '../durable/state-file.js'
import type { FileToPublish } from '../osf/publish.js'
import { parseArchiveName } from '../vault/archive-names.js'
import { readBook, stateOfHour } from '../vault/book.js'

/** A file that is not published, for what is published already may be more whole than it. */
export interface HeldBack {
  readonly local: string
  readonly remote: string
  readonly reason: string
}

/** Which of the files must not take the place of what is published; `isPublished` tells whether a path is at OSF. */
export async function heldBack(
  vault: string,
  files: readonly FileToPublish[],
  isPublished: (remote: string) => boolean,
): Promise<HeldBack[]> {
  const found: HeldBack[] = []
  for (const { local, remote } of files) {
    const reason = await damageOf(vault, local, remote.slice(remote.lastIndexOf('/') + 1), isPublished(remote))
    if (reason !== undefined) found.push({ local, remote, reason })
  }
  return found
}

/** The same files; those of a damaged hour are never to take the place of what OSF has, whatever our ledger knows of it. */
export function neverReplacing(vault: string, files: readonly FileToPublish[]): Promise<FileToPublish[]> {
  return Promise.all(
    files.map(async (file) => {
      const hour = parseArchiveName(file.remote.slice(file.remote.lastIndexOf('/') + 1))?.hour
      const book = hour === undefined ? undefined : await readBook(vault, hour)
      return book && stateOfHour(book) === 'damaged' ? { ...file, onlyNew: true } : file
    }),
  )
}

async function damageOf(vault: string, local: string, name: string, isThere: boolean): Promise<string | undefined> {
  const hour = parseArchiveName(name)?.hour
  if (hour === undefined) return undefined
  const book = await readBook(vault, hour).catch((error: unknown) => {
    if (error instanceof CorruptStateError) return undefined
    throw error
  })
  const advice = 'it is not published; run collector verify --mend'
  if (!book) return `${local} has no book that can be read: ${advice}`
  const booked = book.archive.find((file) => file.name === name)
  if (booked && (await hashFile(local)).sha256 !== booked.sha256)
    return `${local} is damaged, for it is not what its book says: ${advice}`
  if (isThere && stateOfHour(book) === 'damaged')
    return `${local} lacks what was lost with a damaged archive file: what is published of the hour stays as it is`
  return undefined
}
