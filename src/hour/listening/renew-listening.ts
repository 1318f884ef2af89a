import { isDeepStrictEqual } from 'node:util'
import { CorruptStateError, writeState } from '../../durable/state-file.js'
import { errorCode, errorText, OperatorError } from '../../operator-error.js'
import { firstKeptDay } from '../../spool/kept-records.js'
import { bookPath, readBook, type Book } from '../../vault/book.js'
import { bookedHours } from '../../vault/booked-hours.js'
import type { HourContext } from '../hour-context.js'
import { listenedBook, type Listenings } from './listened-book.js'
import { readListenings } from './read-listening.js'
import { firstDayTold, rememberSizes, sizesNow, sizesSeen, type JournalSizes } from './seen-journals.js'

/**
 * Look again at the archived hours of which the journals tell more than at the last run: a journal of server 2 that came late, one
 * that can be read again, or a start after an outage. Their books get the new state, and a line in `revisions` that says so; the
 * archive files stay as they are, and so does the revision. Books of versions before 0.2 tell no state, and those of
 * another number of servers than there are now were judged by other journals: both are left alone.
 * Returns the hours that changed. An hour that cannot be renewed is logged, and tried again by the next run.
 */
export async function renewListening(context: HourContext): Promise<number[]> {
  const sizes = await sizesNow(context)
  const fromMs = firstDayTold(sizes, await sizesSeen(context))
  if (fromMs === undefined) return []
  const { hours, isWhole } = await renewFrom(Math.max(fromMs, firstKeptDay(context.clock.now())), context)
  if (isWhole) await remember(sizes, context)
  return hours
}

/** `isWhole`: none of the hours must be tried again. */
async function renewFrom(fromMs: number, context: HourContext): Promise<{ hours: number[]; isWhole: boolean }> {
  const { vault, redundant, signal } = context
  const hours = (await bookedHours(vault.folder)).filter((hour) => hour >= fromMs)
  const [first] = hours
  if (first === undefined) return { hours, isWhole: true }
  const listenings = await readListenings(context, first)
  const outcomes = new Map<number, Outcome>()
  for (const hour of hours) {
    signal.throwIfAborted()
    const book = await bookOrNone(vault.folder, hour)
    if (book?.listening && book.redundant === redundant)
      outcomes.set(hour, await renew(hour, book, listenings, context))
  }
  return {
    hours: hours.filter((hour) => outcomes.get(hour) === 'renewed'),
    isWhole: hours.every((hour) => outcomes.get(hour) !== 'failed'),
  }
}

/** A damaged book is told by whoever needs it. */
const bookOrNone = (vault: string, hour: number): Promise<Book | undefined> =>
  readBook(vault, hour).catch((error: unknown) => {
    if (error instanceof CorruptStateError) return undefined
    throw error
  })

type Outcome = 'renewed' | 'same' | 'failed'

async function renew(hour: number, book: Book, listenings: Listenings, context: HourContext): Promise<Outcome> {
  const { vault, clock, log } = context
  const next = listenedBook(book, listenings, clock.now())
  if (isDeepStrictEqual(next.listening, book.listening) && next.state === book.state) return 'same'
  const change = `journals tell more: ${describeListening(next)} (was ${describeListening(book)})`
  const revisions = [...book.revisions, { revision: book.revision, at: new Date(clock.now()).toISOString(), change }]
  try {
    await writeState(bookPath(vault.folder, hour), { ...next, revisions })
  } catch (error) {
    if (errorCode(error) === undefined && !(error instanceof OperatorError)) throw error
    log.error(
      { hour: book.hour, reason: errorText(error) },
      'its book could not be brought up to date with the journals',
    )
    return 'failed'
  }
  log.info({ hour: book.hour }, change)
  return 'renewed'
}

/** What is not remembered is read once more. */
async function remember(sizes: JournalSizes, context: HourContext): Promise<void> {
  await rememberSizes(context, sizes).catch((error: unknown) => {
    if (errorCode(error) === undefined && !(error instanceof OperatorError)) throw error
    context.log.warn(`the next run reads the same journals again: ${errorText(error)}`)
  })
}

/** `partial, heard 3600 s by server 1, 1200 s by server 2`. */
function describeListening({ state = 'unknown', listening, redundant }: Book): string {
  const servers = redundant ? ([1, 2] as const) : ([1] as const)
  const heard = servers.map((server) => {
    const seconds = listening?.seconds_heard[server] ?? null
    return seconds === null ? `server ${server} not known` : `${seconds} s by server ${server}`
  })
  return `${state}, heard ${heard.join(', ')}`
}
