import { silently, type Tell } from '../durable/strange-entry.js'
import { OperatorError } from '../operator-error.js'
import type { Settings } from '../settings/settings.js'
import { journalDays, readJournal, type JournalEvent } from '../spool/journal.js'
import { FIRST_USABLE_MS } from '../tweet/snowflake.js'
import { DAY_MS, dayOf, HOUR_MS, hourOf, parseHourName } from '../utc.js'
import { readBook, type Book } from '../vault/book.js'
import { bookedHours } from '../vault/booked-hours.js'

/** Where the collection began is read from these. */
export interface Traces {
  readonly spool1: string
  readonly vault: string
  /** Oldest first. */
  readonly booked: readonly number[]
  readonly nowMs: number
}

/**
 * The hour in which server 1's own collector was first started: every hour since then has a book. `undefined` before that. It is
 * the first event of its journal; and as journals are not kept for ever, the first hour that was archived of what it
 * collected. What was put into a spool by hand, or sent by server 2, begins nothing, however old it is; nor does a time that
 * has not come, or from before there were IDs that tell one.
 */
export async function beginning({ spool1, vault, booked, nowMs }: Traces, tell: Tell): Promise<number | undefined> {
  const journaled = await firstEvent(spool1, nowMs, tell)
  for (const hour of booked) {
    if (journaled !== undefined && hour >= journaled) break
    const book = await bookOrNone(vault, hour)
    if (book && isOfCollector(book)) return hour
  }
  return journaled
}

/** The same, of the server that `settings` are of, for who asks which hours are missing: Infinity where nothing has begun. */
export async function beginningFor({ spool, vault }: Settings, nowMs: number): Promise<number> {
  if (!vault) return Infinity
  const traces = { spool1: spool.folder, vault: vault.folder, booked: await bookedHours(vault.folder), nowMs }
  return (await beginning(traces, silently)) ?? Infinity
}

async function firstEvent(spool: string, nowMs: number, tell: Tell): Promise<number | undefined> {
  for (const day of await journalDays(spool, tell)) {
    if (day < dayOf(FIRST_USABLE_MS) || day > nowMs + DAY_MS) continue
    for await (const event of readJournal(spool, day, tell)) return hourToldOf(event)
  }
  return undefined
}

/** A journal that has lost its start may begin with what became of lines of the hour before. */
function hourToldOf(event: JournalEvent): number {
  const hour = hourOf(Date.parse(event.at))
  const told = event.event === 'sealed' || event.event === 'rejected' ? parseHourName(event.hour) : undefined
  return told === hour - HOUR_MS ? told : hour
}

const isOfCollector = ({ inputs }: Book): boolean => inputs.some(({ server, listed }) => server === 1 && listed)

/** A damaged book says nothing of its hour here; the hour's own turn tells of it. */
const bookOrNone = (vault: string, hour: number): Promise<Book | undefined> =>
  readBook(vault, hour).catch((error: unknown) => {
    if (error instanceof OperatorError) return undefined
    throw error
  })
