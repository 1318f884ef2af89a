import type { Clock } from '../../clock.js'
import { silently, type Tell } from '../../durable/strange-entry.js'
import { readHeartbeat } from '../../health/heartbeat.js'
import type { Log } from '../../log.js'
import { errorCode, errorText, OperatorError } from '../../operator-error.js'
import { journalDays, readJournal, type JournalEvent } from '../../spool/journal.js'
import type { HourContext } from '../hour-context.js'
import type { Server } from '../input-file.js'
import type { PassedOver } from '../passed-over.js'
import type { Listenings } from './listened-book.js'
import { listeningOf, type Listening } from './listening.js'

/**
 * What a spool's journals tell of its server's listening from `firstHour` on. They are read back to where they tell how it stood
 * then. A journal that cannot be read tells nothing, and the log says so.
 */
export async function readListening(
  { server, folder: spool }: { server: Server; folder: string },
  firstHour: number,
  { clock, log, passedOver }: { clock: Clock; log: Log; passedOver?: PassedOver },
): Promise<Listening> {
  const events: JournalEvent[][] = []
  const tell = passedOver?.tell ?? silently
  for (const day of (await daysOf(spool, { log, tell })).toReversed()) {
    const ofDay = await eventsOf(spool, day, { log, tell })
    events.push(ofDay)
    if (ofDay.some((event) => tellsState(event) && Date.parse(event.at) <= firstHour)) break
  }
  return listeningOf(events.toReversed().flat(), {
    nowMs: clock.now(),
    aliveMs: server === 1 ? await connectedUntil(spool) : undefined,
  })
}

/** What both servers' journals tell. */
export async function readListenings(context: HourContext, firstHour: number): Promise<Listenings> {
  const found = new Map<Server, Listening>()
  for (const spool of context.spools) found.set(spool.server, await readListening(spool, firstHour, context))
  return found
}

const STATES = ['started', 'stopped', 'connected', 'disconnected', 'paused']
const tellsState = ({ event }: JournalEvent): boolean => STATES.includes(event)

/** Of the files that were sealed one after another, the last sign is enough. */
async function eventsOf(spool: string, day: number, { log, tell }: { log: Log; tell: Tell }): Promise<JournalEvent[]> {
  const events: JournalEvent[] = []
  try {
    for await (const event of readJournal(spool, day, tell)) {
      if (event.event === 'sealed' && events.at(-1)?.event === 'sealed' && isSameKind(event, events.at(-1)))
        events.pop()
      events.push(event)
    }
  } catch (error) {
    tellUnreadable(spool, error, log)
  }
  return events
}

const daysOf = (spool: string, { log, tell }: { log: Log; tell: Tell }): Promise<number[]> =>
  journalDays(spool, tell).catch((error: unknown) => {
    tellUnreadable(spool, error, log)
    return []
  })

function tellUnreadable(spool: string, error: unknown, log: Log): void {
  if (errorCode(error) === undefined && !(error instanceof OperatorError)) throw error
  log.warn(
    { spool, reason: errorText(error) },
    'a journal cannot be read: what it tells of the connection is not known',
  )
}

const isSameKind = (event: JournalEvent, before: JournalEvent | undefined): boolean =>
  event.event === 'sealed' && before?.event === 'sealed' && event.adopted === before.adopted

/** When server 1's heartbeat last said that the collector is connected. */
async function connectedUntil(spool: string): Promise<number | undefined> {
  const heartbeat = await readHeartbeat(spool).catch(() => undefined)
  return heartbeat?.connection === 'connected' ? Date.parse(heartbeat.written_at) : undefined
}
