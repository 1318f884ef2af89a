import { rename } from '../durable/files.js'
import { dirname } from 'node:path'
import { fileSize } from '../durable/disk.js'
import { hashFile } from '../durable/hash.js'
import { syncFolder } from '../durable/folder.js'
import { minuteFiles, type SpoolFile } from '../spool/spool-files.js'

export type Server = 1 | 2

/** What a minute file is known by, whatever its name. */
export const identityOf = ({ server, sha256 }: { server: Server; sha256: string }): string => `${server} ${sha256}`

/** A sealed minute file of one of the servers. Its identity is (server, sha256), never its name. */
export interface InputFile extends SpoolFile {
  readonly server: Server
  readonly bytes: number
  readonly sha256: string
  /** Whether the journal (server 1) or the batch (server 2) names it. */
  readonly listed: boolean
}

/** What a journal or a batch says that a file holds. */
export interface SealedContent {
  readonly sha256: string
  readonly bytes: number
  readonly lines: number
}

/** The contents with which a listing knows a name: one, but for a file that was sealed again after a crash. */
export type Listing = ReadonlyMap<string, readonly SealedContent[]>

export const noListing = (): Listing => new Map()

export interface Stock {
  readonly files: InputFile[]
  /** Files whose content is not the listed one. */
  readonly broken: InputFile[]
}

/**
 * `content`: every file is hashed. `size`: a file of the size that is listed is taken for what is listed, where only one
 * content is; whoever reads it must hold it against that.
 */
export type Look = 'content' | 'size'

/** Hold an hour's sealed files in a server's spool against what is listed. */
export async function takeStock(
  spool: string,
  server: Server,
  hour: number,
  listing: Listing,
  look: Look,
): Promise<Stock> {
  const stock: Stock = { files: [], broken: [] }
  for (const file of await minuteFiles(spool, hour)) {
    if (file.open) continue
    const known = listing.get(file.name)
    const hashed = (look === 'size' && (await ofListedSize(file.path, known))) || (await hashFile(file.path))
    const input = { ...file, ...hashed, server, listed: known !== undefined }
    if (known === undefined || known.some(({ sha256 }) => sha256 === hashed.sha256)) stock.files.push(input)
    else stock.broken.push(input)
  }
  return stock
}

/** The one content that is listed, where the file has its size. */
async function ofListedSize(path: string, [only, ...others]: readonly SealedContent[] = []) {
  if (only === undefined || others.length > 0 || (await fileSize(path)) !== only.bytes) return undefined
  return { bytes: only.bytes, sha256: only.sha256 }
}

/** Put a damaged file out of the way, with the ending `.bad`. */
export async function setAside(file: InputFile): Promise<void> {
  await rename(file.path, `${file.path}.bad`)
  await syncFolder(dirname(file.path))
}
