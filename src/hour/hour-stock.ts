import { unlessStrange } from '../durable/strange-entry.js'
import { CorruptStateError } from '../durable/state-file.js'
import { readBatch, type Batch } from '../spool/batch.js'
import type { Receipt } from '../spool/receipt.js'
import { minuteFiles } from '../spool/spool-files.js'
import { hourName } from '../utc.js'
import type { Book } from '../vault/book.js'
import { bookOfArchive } from '../vault/lost-book.js'
import { isComplete, refusedFiles } from './answer-batch.js'
import type { HourContext } from './hour-context.js'
import {
  emptyStock,
  noListing,
  takeStock,
  type InputFile,
  type Listing,
  type Look,
  type SealedContent,
  type Server,
  type Stock,
  type StockTaking,
} from './input-file.js'
import { isBooked } from './new-inputs.js'
import type { SealedFiles } from './sealed-files.js'
import type { CountedFile } from './tally.js'

/** A file of server 1 that its journal names, but whose content is neither in the spool nor in the archive. */
export interface LostSource {
  readonly name: string
  readonly sha256: string
  readonly reason: 'damaged' | 'vanished'
}

/** What lies there of an hour: in the spools, and in the vault. */
export interface HourStock {
  readonly hour: number
  readonly book: Book | undefined
  /** The sealed files of both servers that are whole, booked or not. */
  readonly files: readonly InputFile[]
  /** Those whose content is not the listed one. */
  readonly broken: readonly InputFile[]
  /** What was sealed, by server 1's journal, but for what the book has given up; and by the batch, as far as it has come. */
  readonly sealed: readonly CountedFile[]
  /** Minutes that server 1's collector holds open. */
  readonly openFiles: number
  /** Whether all of server 2's hour is here; true where there is no server 2. */
  readonly server2Complete: boolean
  /** What server 2 must send again. */
  readonly refused: Receipt['refused']
  /** Of server 1, but for what the book has given up already. */
  readonly lost: readonly LostSource[]
}

/**
 * Take stock of an hour, but for the files at the paths of `except`; nothing is changed.
 * @throws CorruptStateError, LostBookError: the hour must be left as it is
 */
export async function stockOfHour(
  hour: number,
  sealed: SealedFiles,
  context: HourContext,
  look: Look,
  except: ReadonlySet<string> = new Set(),
): Promise<HourStock> {
  const book = await bookOfArchive(context.vault.folder, hour)
  const [spool1, spool2] = context.spools
  const listing = sealed.get(hourName(hour)) ?? noListing()
  const { tell } = context.passedOver
  const taking = { look, except, tell }
  const first = (await unlessStrange(takeStock(spool1.folder, 1, hour, listing, taking), tell)) ?? emptyStock()
  const expected = expectedOf1(listing, first, book)
  const open = ((await unlessStrange(minuteFiles(spool1.folder, hour), tell)) ?? []).filter((file) => file.open)
  const second = spool2 && (await stockOfServer2(spool2.folder, hour, book, context, taking))
  return {
    hour,
    book,
    files: [...first.files, ...(second?.files ?? [])],
    broken: [...first.broken, ...(second?.broken ?? [])],
    sealed: [...expected, ...(second?.sealed ?? [])],
    openFiles: open.length,
    server2Complete: second?.complete ?? true,
    refused: second?.refused ?? [],
    lost: lostOf(expected, first),
  }
}

/** A sealed file, and whether its content is here or in the book. */
interface Sealed extends CountedFile {
  readonly isTaken: boolean
}

/** A name that was sealed twice, around a crash, is there with either content. */
function sealedOf(server: Server, listing: Listing, { files }: Stock, book: Book | undefined): Sealed[] {
  const here = new Set(files.map(({ sha256 }) => sha256))
  const isTaken = ({ sha256 }: SealedContent) => here.has(sha256) || isBooked(book, { server, sha256 })
  return [...listing].flatMap(([name, contents]) => {
    const content = contents.find(isTaken) ?? contents.at(-1)
    return content ? [{ server, name, ...content, isTaken: isTaken(content) }] : []
  })
}

/** Those that the archive has or must get: all but what is given up for lost. */
function expectedOf1(listing: Listing, stock: Stock, book: Book | undefined): Sealed[] {
  const givenUp = new Set(book?.lost?.filter(({ server }) => server === 1).map(({ sha256 }) => sha256))
  return sealedOf(1, listing, stock, book).filter(
    ({ name, isTaken }) => isTaken || !listing.get(name)?.some(({ sha256 }) => givenUp.has(sha256)),
  )
}

function lostOf(expected: readonly Sealed[], { broken, strange }: Stock): LostSource[] {
  const damaged = new Set([...broken.map(({ name }) => name), ...strange])
  return expected
    .filter(({ isTaken }) => !isTaken)
    .map(({ name, sha256 }) => ({ name, sha256, reason: damaged.has(name) ? 'damaged' : 'vanished' }))
}

async function stockOfServer2(
  spool: string,
  hour: number,
  book: Book | undefined,
  context: HourContext,
  taking: StockTaking,
): Promise<Stock & { complete: boolean; refused: Receipt['refused']; sealed: Sealed[] }> {
  const { tell } = taking
  const batch = await batchIn(spool, hour, context)
  const listing = listingOf(batch)
  const stock = (await unlessStrange(takeStock(spool, 2, hour, listing, taking), tell)) ?? emptyStock()
  const times = { hour, lateMs: context.lateMs, nowMs: context.clock.now() }
  return {
    ...stock,
    complete: isComplete(batch, stock.files, book, times),
    refused: (await unlessStrange(refusedFiles(spool, hour, batch, stock), tell)) ?? [],
    sealed: sealedOf(2, listing, stock, book).filter(({ isTaken }) => isTaken),
  }
}

/** One that is damaged or strange is told and counts as none: server 2's hour is then not known to be complete. */
async function batchIn(spool: string, hour: number, { passedOver }: HourContext): Promise<Batch | undefined> {
  try {
    return await unlessStrange(readBatch(spool, hour), passedOver.tell)
  } catch (error) {
    if (!(error instanceof CorruptStateError)) throw error
    passedOver.tell({ path: error.path, fault: `is damaged (${error.fault})` })
    return undefined
  }
}

const listingOf = (batch: Batch | undefined): Listing =>
  new Map((batch?.files ?? []).map(({ name, sha256, bytes, lines }) => [name, [{ sha256, bytes, lines }]]))
