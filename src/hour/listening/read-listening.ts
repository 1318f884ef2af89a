import { join } from 'node:path'
import type { Clock } from '../../clock.js'
import { silently, StrangeEntryError, type Tell } from '../../durable/strange-entry.js'
import { readHeartbeat } from '../../health/heartbeat.js'
import type { Log } from '../../log.js'
import { errorCode, errorText, OperatorError } from '../../operator-error.js'
import {
  JOURNAL_FOLDER,
  journalDays,
  journalName,
  journalSizes,
  readJournal,
  type JournalEvent,
} from '../../spool/journal.js'
import { firstKeptDay } from '../../spool/kept-records.js'
import type { HourContext } from '../hour-context.js'
import type { Server } from '../input-file.js'
import type { PassedOver } from '../passed-over.js'
import type { Listenings } from './listened-book.js'
import { isSign, listeningOf, type Listening } from './listening.js'

/**
 * Of a server's journals so much is taken in: a collector whose connection breaks every ten seconds leaves a fifth of it a
 * day, and as a rule a day or two are read.
 */
const MOST_EVENTS = 100_000
const MOST_BYTES = 256 << 20

/**
 * What a spool's journals tell of its server's listening from `firstHour` on. They are read back to where they tell how it stood
 * then, as far as they are of days of which records are kept. A journal that cannot be read tells nothing, and the log says so;
 * one that has too much to tell is told.
 */
export async function readListening(
  { server, folder: spool }: { server: Server; folder: string },
  firstHour: number,
  { clock, log, passedOver }: { clock: Clock; log: Log; passedOver?: PassedOver },
): Promise<Listening> {
  const events: JournalEvent[][] = []
  const room = { events: MOST_EVENTS, bytes: MOST_BYTES }
  const reading = { spool, room, log, tell: passedOver?.tell ?? silently }
  for (const day of (await daysOf(reading, clock.now())).toReversed()) {
    const ofDay = await eventsOf(day, reading)
    events.push(ofDay)
    if (room.events <= 0 || room.bytes <= 0) {
      reading.tell(tooMuch(spool, day))
      break
    }
    if (ofDay.some((event) => tellsState(event) && Date.parse(event.at) <= firstHour)) break
  }
  return listeningOf(events.toReversed().flat(), {
    nowMs: clock.now(),
    aliveMs: server === 1 ? await connectedUntil(spool) : undefined,
  })
}

const tooMuch = (spool: string, day: number): StrangeEntryError =>
  new StrangeEntryError(
    join(spool, JOURNAL_FOLDER, journalName(day)),
    `has more to tell than is taken in (${MOST_EVENTS} events or ${MOST_BYTES} bytes a server, with later days)`,
  )

/** What both servers' journals tell. */
export async function readListenings(context: HourContext, firstHour: number): Promise<Listenings> {
  const found = new Map<Server, Listening>()
  for (const spool of context.spools) found.set(spool.server, await readListening(spool, firstHour, context))
  return found
}

const STATES = ['started', 'stopped', 'connected', 'disconnected', 'paused']
const tellsState = ({ event }: JournalEvent): boolean => STATES.includes(event)

interface JournalReading {
  readonly spool: string
  /** What may still be taken in. */
  readonly room: { events: number; bytes: number }
  readonly log: Log
  readonly tell: Tell
}

/** Of events that only show that the collector ran, or not even that, the latest one of several in a row is enough. */
async function eventsOf(day: number, { spool, room, log, tell }: JournalReading): Promise<JournalEvent[]> {
  const events: JournalEvent[] = []
  try {
    room.bytes -= (await journalSizes(spool, (other) => other === day))[0]?.[1] ?? 0
    if (room.bytes <= 0) return events
    for await (const event of readJournal(spool, day, tell)) {
      const weight = weightOf(event)
      const before = events.at(-1)
      if (before && weight !== 'state' && weight === weightOf(before)) events[events.length - 1] = latest(event, before)
      else events.push(event)
      if (events.length >= room.events) break
    }
  } catch (error) {
    tellUnreadable(spool, error, log)
  }
  room.events -= events.length
  return events
}

const latest = (a: JournalEvent, b: JournalEvent): JournalEvent => (Date.parse(a.at) > Date.parse(b.at) ? a : b)

const daysOf = async ({ spool, log, tell }: JournalReading, nowMs: number): Promise<number[]> => {
  const days = await journalDays(spool, tell).catch((error: unknown) => {
    tellUnreadable(spool, error, log)
    return []
  })
  return days.filter((day) => day >= firstKeptDay(nowMs) && day <= nowMs)
}

function tellUnreadable(spool: string, error: unknown, log: Log): void {
  if (errorCode(error) === undefined && !(error instanceof OperatorError)) throw error
  log.warn(
    { spool, reason: errorText(error) },
    'a journal cannot be read: what it tells of the connection is not known',
  )
}

const SIGNS = ['sealed', 'message', 'messages', 'refused', 'log-lost']

/** What an event tells: how the connection stands, only that the collector ran, or neither. */
function weightOf(event: JournalEvent | undefined): 'state' | 'sign' | 'nothing' | undefined {
  if (event === undefined) return undefined
  if (!isSign(event)) return 'nothing'
  return SIGNS.includes(event.event) ? 'sign' : 'state'
}

/** When server 1's heartbeat last said that the collector is connected. */
async function connectedUntil(spool: string): Promise<number | undefined> {
  const heartbeat = await readHeartbeat(spool).catch(() => undefined)
  return heartbeat?.connection === 'connected' ? Date.parse(heartbeat.written_at) : undefined
}
