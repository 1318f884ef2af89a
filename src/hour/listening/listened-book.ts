import { parseMinuteFileName } from '../../spool/minute-name.js'
import { HOUR_MS, MINUTE_MS, parseHourName } from '../../utc.js'
import type { Book } from '../../vault/book.js'
import type { Server } from '../input-file.js'
import { hourListening } from './hour-listening.js'
import type { Listening } from './listening.js'
import type { ServerRecords } from './server-hour.js'
import type { Span } from './span.js'

/** What the journals of each configured server tell. */
export type Listenings = ReadonlyMap<Server, Listening>

/** The book with its hour's state and what its servers heard; what the journals no longer tell stays as `before` has it. */
export function listenedBook(book: Book, listenings: Listenings, nowMs: number, before = book.listening): Book {
  const hour = parseHourName(book.hour) ?? NaN
  const servers = [...listenings].map(([server, listening]): ServerRecords => {
    const isDelivered = !book.missing_servers.includes(server)
    return {
      ...{ server, listening, isDelivered },
      knownUntilMs: server === 1 ? nowMs : isDelivered ? hour + HOUR_MS : listening.lastMs,
      lost: lostMinutes(book, server),
    }
  })
  const { 1: first, 2: second } = book.servers
  const lines = first.lines + first.rejected + second.lines + second.rejected
  return { ...book, ...hourListening(hour, { archived: book.archived, lines }, servers, before) }
}

function lostMinutes({ lost = [] }: Book, server: Server): Span[] {
  return lost.flatMap((file) => {
    const minute = file.server === server ? parseMinuteFileName(file.name)?.minute : undefined
    return minute === undefined ? [] : [{ fromMs: minute, toMs: minute + MINUTE_MS }]
  })
}
