import { readBatch, type Batch } from '../spool/batch.js'
import type { Receipt } from '../spool/receipt.js'
import { minuteFiles } from '../spool/spool-files.js'
import { OperatorError } from '../operator-error.js'
import { hourName } from '../utc.js'
import { readBook, type Book } from '../vault/book.js'
import { isComplete, refusedFiles } from './answer-batch.js'
import type { HourContext } from './hour-context.js'
import { BrokenFileError, setAside, takeStock, type InputFile, type Listing } from './input-file.js'
import { isBooked } from './new-inputs.js'
import type { SealedFiles } from './sealed-files.js'

/** What lies there of an hour: in the spools, and in the vault. */
export interface HourStock {
  readonly hour: number
  readonly book: Book | undefined
  /** The sealed files of both servers that are whole, booked or not. */
  readonly files: readonly InputFile[]
  /** Minutes that server 1's collector holds open. */
  readonly openFiles: number
  /** Whether all of server 2's hour is here; true where there is no server 2. */
  readonly server2Complete: boolean
  /** What server 2 must send again. */
  readonly refused: Receipt['refused']
}

/**
 * Take stock of an hour. Files of server 2 that came broken are put aside.
 * @throws CorruptStateError, BrokenFileError, VanishedFilesError: the hour must be left as it is
 */
export async function stockOfHour(hour: number, sealed: SealedFiles, context: HourContext): Promise<HourStock> {
  const book = await readBook(context.vault.folder, hour)
  const [spool1, spool2] = context.spools
  const listing = sealed.get(hourName(hour)) ?? new Map<string, string[]>()
  const first = await stockOfServer1(spool1.folder, hour, listing, book)
  const open = (await minuteFiles(spool1.folder, hour)).filter((file) => file.open)
  const second = spool2 && (await stockOfServer2(spool2.folder, hour, book, context))
  return {
    hour,
    book,
    files: [...first, ...(second?.files ?? [])],
    openFiles: open.length,
    server2Complete: second?.complete ?? true,
    refused: second?.refused ?? [],
  }
}

async function stockOfServer1(
  spool: string,
  hour: number,
  listing: Listing,
  book: Book | undefined,
): Promise<readonly InputFile[]> {
  const { files, broken } = await takeStock(spool, 1, hour, listing)
  if (broken[0]) throw new BrokenFileError(broken[0])
  const here = new Set(files.map(({ sha256 }) => sha256))
  const vanished = [...listing].filter(
    ([, hashes]) => !hashes.some((sha256) => here.has(sha256) || isBooked(book, { server: 1, sha256 })),
  )
  if (vanished.length > 0)
    throw new VanishedFilesError(
      hour,
      spool,
      vanished.map(([name]) => name),
    )
  return files
}

/** The journal names files that are neither in the spool nor in the archive: a hole in the books. */
export class VanishedFilesError extends OperatorError {
  constructor(hour: number, spool: string, names: readonly string[]) {
    super(
      `${names.length} minute files of ${hourName(hour)} that the journal in ${spool} names are neither there nor archived: ` +
        `${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}. The hour waits. Put them back from a copy; ` +
        'if they are lost for good, strike their "sealed" lines in journal/',
    )
  }
}

async function stockOfServer2(
  spool: string,
  hour: number,
  book: Book | undefined,
  { lateMs, log }: HourContext,
): Promise<{ files: readonly InputFile[]; complete: boolean; refused: Receipt['refused'] }> {
  const batch = await readBatch(spool, hour)
  const { files, broken } = await takeStock(spool, 2, hour, listingOf(batch))
  for (const file of broken) {
    await setAside(file)
    log.error({ file: file.path }, 'came broken from server 2: put aside as .bad, and asked for again')
  }
  return {
    files,
    complete: isComplete(batch, files, book, { hour, lateMs }),
    refused: await refusedFiles(spool, hour, batch, files),
  }
}

const listingOf = (batch: Batch | undefined): Listing =>
  new Map((batch?.files ?? []).map(({ name, sha256 }) => [name, [sha256]]))
