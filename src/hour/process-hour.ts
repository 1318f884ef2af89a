import { HOUR_MS, hourName } from '../utc.js'
import { StrangeEntryError, unlessStrange } from '../durable/strange-entry.js'
import { stateOfHour, type Book } from '../vault/book.js'
import { leaveNotice, noticePath, renewNotice, type NoticedFile } from '../vault/lost-notice.js'
import { answerBatch } from './answer-batch.js'
import { archiveHour } from './archive-hour.js'
import type { ArchiveContext, HourContext } from './hour-context.js'
import { stockOfHour, type HourStock } from './hour-stock.js'
import { setAside, type Server } from './input-file.js'
import { LostFilesError } from './lost-files.js'
import { UnusableFilesError, type BucketProgress } from './merge-hour.js'
import { newInputs } from './new-inputs.js'
import { readiness, type Readiness } from './readiness.js'
import { removeEmptyFolder, removeSources } from './remove-sources.js'
import type { SealedFiles } from './sealed-files.js'

/** What became of an hour in a run. */
export type HourOutcome =
  | { kind: 'early' }
  | { kind: 'waiting'; reason: string }
  | { kind: 'archived'; book: Book }
  | { kind: 'unchanged'; book: Book }

/**
 * Do what an hour needs: archive it if it is due and something is new, then answer server 2 and remove the sources that
 * are safe. May be repeated, and killed at any point.
 * @throws OperatorError where the hour must be left as it is
 */
export async function processHour(
  hour: number,
  sealed: SealedFiles,
  context: ArchiveContext,
  progress: BucketProgress,
): Promise<HourOutcome> {
  const stock = await stockOfHour(hour, sealed, context, 'size')
  const done = stock.book === undefined ? await archiveAsListed(stock, context, progress) : undefined
  return done ?? processUsable(hour, sealed, context, progress)
}

/** So often are files left out; after that somebody writes faster than can be read. */
const MOST_ROUNDS = 3

/** Files that cannot be merged are passed over and told, for one that is written for ever must not hold the hour up. */
async function processUsable(
  hour: number,
  sealed: SealedFiles,
  context: ArchiveContext,
  progress: BucketProgress,
): Promise<HourOutcome> {
  const unusable = new Set<string>()
  for (let round = 1; ; round += 1) {
    const stock = await stockOfHour(hour, sealed, context, 'content', unusable)
    try {
      return await processStock(stock, context, progress)
    } catch (error) {
      const ofServer2 = stock.files.filter(({ server }) => server === 2)
      if (!(error instanceof UnusableFilesError) || (round > MOST_ROUNDS && ofServer2.length === 0)) throw error
      for (const [path, fault] of error.files) context.passedOver.tell({ path, fault })
      for (const path of error.files.keys()) unusable.add(path)
      if (round >= MOST_ROUNDS) for (const { path } of ofServer2) unusable.add(path)
    }
  }
}

/**
 * Archive an hour that has no book yet, hashing its files only while they are merged; `undefined`, and nothing is done,
 * where it is not due, or a file has another content than is listed.
 */
async function archiveAsListed(
  stock: HourStock,
  context: ArchiveContext,
  progress: BucketProgress,
): Promise<HourOutcome | undefined> {
  const ready = judge(stock, context)
  if (ready.kind !== 'ready' || !ready.isNews || stock.lost.length > 0 || stock.broken.length > 0) return undefined
  try {
    return await archiveAndSettle(stock, ready.missing, context, progress)
  } catch (error) {
    if (error instanceof UnusableFilesError || error instanceof StrangeEntryError) return undefined
    throw error
  }
}

async function processStock(stock: HourStock, context: ArchiveContext, progress: BucketProgress): Promise<HourOutcome> {
  const ready = judge(stock, context)
  if (ready.kind !== 'ready' || !ready.isNews) {
    await settle(stock, stock.book, context)
    if (ready.kind === 'damaged') throw ready.error
    return ready.kind === 'ready' ? { kind: 'unchanged', book: stock.book as Book } : ready
  }
  return archiveAndSettle(stock, ready.missing, context, progress)
}

async function archiveAndSettle(
  stock: HourStock,
  missing: Server[],
  context: ArchiveContext,
  progress: BucketProgress,
): Promise<HourOutcome> {
  const book = await archiveStock(stock, missing, context, progress)
  await settle(stock, book, context)
  return { kind: 'archived', book }
}

type Judgement =
  | Exclude<Readiness, { kind: 'ready' }>
  | { kind: 'damaged'; error: LostFilesError }
  /** `isNews`: whether archiving would bring anything that the book does not have. */
  | { kind: 'ready'; missing: Server[]; isNews: boolean }

/** Whether an hour can be archived now, and whether there is anything to archive. */
export function judge(stock: HourStock, { clock, lateMs, waitMs }: HourContext): Judgement {
  const nowMs = clock.now()
  const ready = readiness(stock, { nowMs, lateMs, waitMs })
  if (ready.kind === 'early') return ready
  const patienceEndsMs = stock.hour + HOUR_MS + waitMs
  if (stock.lost.length > 0 && nowMs < patienceEndsMs)
    return { kind: 'damaged', error: new LostFilesError(stock.hour, stock.lost, patienceEndsMs) }
  if (ready.kind === 'waiting') return ready
  const { book, files, lost } = stock
  const isKnown =
    book && newInputs(files, book).length === 0 && lost.length === 0 && sameServers(book.missing_servers, ready.missing)
  return { ...ready, isNews: !isKnown }
}

const sameServers = (a: readonly Server[], b: readonly Server[]): boolean => a.join() === b.join()

async function archiveStock(
  { hour, book: previous, files, lost, sealed }: HourStock,
  missing: Server[],
  context: ArchiveContext,
  progress: BucketProgress,
): Promise<Book> {
  const { vault, log } = context
  if (lost.length > 0) await leaveNotice(vault.folder, hour, noticed(lost, previous), previous?.revisions)
  const due = { hour, book: previous, inputs: newInputs(files, previous), missing, lost, sealed }
  const book = await archiveHour(due, context, progress)
  await renewNotice(vault.folder, hour, book)
  const { revision, archived, only_1, only_2 } = book
  log.info({ hour: hourName(hour), revision, state: stateOfHour(book), tweets: archived, only_1, only_2 }, 'archived')
  if (lost.length > 0)
    log.error(
      { hour: hourName(hour), files: lost.map(({ name }) => name) },
      `archived without minute files of server 1 that are lost: see ${noticePath(vault.folder, hour)}`,
    )
  return book
}

const noticed = (lost: HourStock['lost'], previous: Book | undefined): NoticedFile[] => [
  ...(previous?.lost ?? []),
  ...lost.map((file) => ({ server: 1, ...file }) as const),
]

/**
 * What is due beside archiving, and what follows a commit, made up for where a crash came between: broken files are put
 * aside, then comes the receipt, then the removal of the sources.
 */
async function settle(stock: HourStock, book: Book | undefined, context: HourContext): Promise<void> {
  const { spools, log, passedOver } = context
  await putBrokenAside(stock, book, context)
  const isAnswered = await answer(stock, book, context)
  if (!book) return
  // Without its receipt server 2 would send again what is removed.
  const removable = isAnswered ? stock.files : stock.files.filter(({ server }) => server === 1)
  const removed = await removeSources(removable, book, passedOver.tell)
  if (removed > 0) log.debug({ hour: hourName(stock.hour), files: removed }, 'removed sources that are archived')
  if (book.missing_servers.length > 0) return
  for (const { folder, server } of spools)
    if (server === 1 || isAnswered) await unlessStrange(removeEmptyFolder(folder, stock.hour), passedOver.tell)
}

/** False where server 2's receipt could not be written, which is told. */
async function answer(stock: HourStock, book: Book | undefined, context: HourContext): Promise<boolean> {
  const [, spool2] = context.spools
  if (!spool2 || (!book && stock.refused.length === 0)) return true
  const answering = answerBatch(spool2.folder, stock.hour, book, stock.refused)
  return (await unlessStrange(answering, context.passedOver.tell)) !== undefined
}

/** Server 2's are asked for again; server 1's stay in their places while they can be put back. */
async function putBrokenAside(
  stock: HourStock,
  book: Book | undefined,
  { log, passedOver }: HourContext,
): Promise<void> {
  const givenUp = new Set(book?.lost?.filter(({ server }) => server === 1).map(({ sha256 }) => sha256))
  const waitedFor = new Set(stock.lost.filter(({ sha256 }) => !givenUp.has(sha256)).map(({ name }) => name))
  for (const file of stock.broken) {
    if (file.server === 1 && waitedFor.has(file.name)) continue
    const aside = await unlessStrange(
      setAside(file).then(() => true),
      passedOver.tell,
    )
    if (!aside) continue
    const next = file.server === 2 ? ', and asked for again' : ''
    log.error({ file: file.path }, `is not what server ${file.server} sealed: put aside as .bad${next}`)
  }
}
