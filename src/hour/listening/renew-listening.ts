import { isDeepStrictEqual } from 'node:util'
import { CorruptStateError, writeState } from '../../durable/state-file.js'
import { errorCode, errorText, OperatorError } from '../../operator-error.js'
import { firstKeptDay } from '../../spool/kept-records.js'
import { bookPath, readBook, type Book } from '../../vault/book.js'
import { bookedHours } from '../../vault/booked-hours.js'
import type { HourContext } from '../hour-context.js'
import { listenedBook, type Listenings } from './listened-book.js'
import { readListenings } from './read-listening.js'

/** After so many settled hours on end, older ones are settled too: journals come in order. */
const SETTLED_ON_END = 24

/**
 * Look again at the archived hours of which the journals had not told all: a journal of server 2 that came late, or a start after
 * an outage, tells more. Their books get the new state, and a line in `revisions` that says so; the archive files stay as they
 * are, and so does the revision. Returns the hours that changed. An hour that cannot be renewed is logged and left.
 */
export async function renewListening(context: HourContext): Promise<number[]> {
  const { vault, clock, signal } = context
  const open = await openHours(vault.folder, clock.now(), signal)
  const [first] = open
  if (!first) return []
  const listenings = await readListenings(context, first.hour)
  const renewed: number[] = []
  for (const { hour, book } of open) {
    signal.throwIfAborted()
    if (await renew(hour, book, listenings, context)) renewed.push(hour)
  }
  return renewed
}

interface OpenHour {
  readonly hour: number
  readonly book: Book
}

/** Oldest first. */
async function openHours(vault: string, nowMs: number, signal: AbortSignal): Promise<OpenHour[]> {
  const open: OpenHour[] = []
  let settled = 0
  for (const hour of (await bookedHours(vault)).toReversed()) {
    signal.throwIfAborted()
    if (settled >= SETTLED_ON_END || hour < firstKeptDay(nowMs)) break
    const book = await readBook(vault, hour).catch((error: unknown) => {
      if (error instanceof CorruptStateError) return undefined
      throw error
    })
    const isOpen = book?.listening?.settled === false
    settled = isOpen ? 0 : settled + 1
    if (isOpen) open.push({ hour, book })
  }
  return open.reverse()
}

async function renew(hour: number, book: Book, listenings: Listenings, context: HourContext): Promise<boolean> {
  const { vault, clock, log } = context
  const next = listenedBook(book, listenings, clock.now())
  if (isDeepStrictEqual(next.listening, book.listening) && next.state === book.state) return false
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
    return false
  }
  log.info({ hour: book.hour }, change)
  return true
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
