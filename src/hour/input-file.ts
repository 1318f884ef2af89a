import { unlessStrange, type Tell } from '../durable/strange-entry.js'
import type { UntrustedFile } from '../durable/untrusted-file.js'
import { UntrustedFolder } from '../durable/untrusted-folder.js'
import { hourFolder } from '../spool/minute-name.js'
import { LARGEST_MINUTE_FILE, minuteFilesIn, type SpoolFile } from '../spool/spool-files.js'
import { hourOf } from '../utc.js'

export type Server = 1 | 2

/** What a minute file is known by, whatever its name. */
export const identityOf = ({ server, sha256 }: { server: Server; sha256: string }): string => `${server} ${sha256}`

/** A sealed minute file of one of the servers. Its identity is (server, sha256), never its name. */
export interface InputFile extends SpoolFile {
  readonly server: Server
  /** The spool that it lies in. */
  readonly spool: string
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
  /** The names of files that are passed over. */
  readonly strange: string[]
}

export const emptyStock = (): Stock => ({ files: [], broken: [], strange: [] })

/**
 * `content`: every file is hashed. `size`: a file of the size that is listed is taken for what is listed, where only one
 * content is; whoever reads it must hold it against that.
 */
export type Look = 'content' | 'size'

/** The files of one minute of a server are merged together: no more of them than one file may have. */
const MOST_BYTES_A_MINUTE = LARGEST_MINUTE_FILE

/** How to take stock. */
export interface StockTaking {
  readonly look: Look
  /** Paths of files that are passed over without a word, and without a look. */
  readonly except: ReadonlySet<string>
  readonly tell: Tell
}

/**
 * Hold an hour's sealed files in a server's spool against what is listed. What is strange is told and passed over.
 * @throws StrangeEntryError where the hour's folder itself is strange
 */
export async function takeStock(
  spool: string,
  server: Server,
  hour: number,
  listing: Listing,
  { look, except, tell }: StockTaking,
): Promise<Stock> {
  const stock = emptyStock()
  await using folder = await UntrustedFolder.open(spool, hourFolder(hour))
  if (!folder) return stock
  const bytesOf = new Map<number, number>()
  for (const file of await minuteFilesIn(folder, hour)) {
    if (file.open) continue
    if (except.has(file.path)) {
      stock.strange.push(file.name)
      continue
    }
    const known = listing.get(file.name)
    const room = MOST_BYTES_A_MINUTE - (bytesOf.get(file.minute) ?? 0)
    const hashed = await unlessStrange(contentOf(folder, file.name, server, look === 'size' ? known : [], room), tell)
    if (hashed === undefined) {
      stock.strange.push(file.name)
      continue
    }
    // Removed since the folder was listed.
    if (hashed === 'gone') continue
    bytesOf.set(file.minute, MOST_BYTES_A_MINUTE - room + hashed.bytes)
    const input = { ...file, ...hashed, server, spool, listed: known !== undefined }
    if (known === undefined || known.some(({ sha256 }) => sha256 === hashed.sha256)) stock.files.push(input)
    else stock.broken.push(input)
  }
  return stock
}

/** What a file holds; where only one content is `listed`, and the file has its size, that one. */
async function contentOf(
  folder: UntrustedFolder,
  name: string,
  server: Server,
  listed: readonly SealedContent[] | undefined,
  mostBytes: number,
): Promise<{ bytes: number; sha256: string } | 'gone'> {
  await using file = await folder.file(name, { mostBytes, oneName: server === 2 })
  if (!file) return 'gone'
  const [only, ...others] = listed ?? []
  if (only && others.length === 0 && file.size === only.bytes) return { bytes: only.bytes, sha256: only.sha256 }
  return await file.hash()
}

/** Open a file that was in stock to read it; `undefined` where it is gone. @throws StrangeEntryError */
export async function openInput({ spool, minute, name, server }: InputFile): Promise<UntrustedFile | undefined> {
  await using folder = await UntrustedFolder.open(spool, hourFolder(hourOf(minute)))
  return await folder?.file(name, { mostBytes: LARGEST_MINUTE_FILE, oneName: server === 2 })
}

/** Put a damaged file out of the way, with the ending `.bad`. @throws StrangeEntryError where something is in that way */
export async function setAside({ spool, minute, name }: InputFile): Promise<void> {
  await using folder = await UntrustedFolder.open(spool, hourFolder(hourOf(minute)))
  await folder?.rename(name, `${name}.bad`)
  await folder?.sync()
}
