import { HOUR_MS, SECOND_MS } from '../../utc.js'
import { MOST_GAPS, type BookedGap, type BookedListening, type HourState } from '../../vault/listening.js'
import { isUnknown, secondsOf, serverHour, type ServerHour, type ServerRecords } from './server-hour.js'
import { union, within, without, type Span } from './span.js'

/** What an hour's archive says of whether anything came. */
export interface WhatCame {
  readonly archived: number
  /** Lines of any kind, also rejected ones. */
  readonly lines: number
}

/** The state of an hour, and when its servers heard the stream. */
export interface HourListening {
  readonly state: Exclude<HourState, 'damaged'>
  readonly listening: BookedListening
}

/** Where nothing comes, a collector connects anew every few minutes; that takes this long at most. */
const RECONNECT_MS = 5 * SECOND_MS
const LONGEST_DETAIL = 200

/** Judge an hour by its servers' journals, what came, and what its book said before of what they no longer tell. */
export function hourListening(
  hour: number,
  came: WhatCame,
  servers: readonly ServerRecords[],
  before: BookedListening | undefined,
): HourListening {
  const span = { fromMs: hour, toMs: hour + HOUR_MS }
  const heard = servers.map((records) => serverHour(span, records, before))
  const isQuiet = came.archived === 0 && came.lines === 0
  const hours = isQuiet ? heard.map((server, index) => quietHour(span, server, servers[index])) : heard
  return {
    state: isQuiet ? quietState(span, hours) : busyState(span, hours),
    listening: {
      seconds_heard: {
        1: secondsHeard(hours, 1),
        2: secondsHeard(hours, 2),
        either: hours.every(isUnknown) ? null : secondsOf(union(hours.flatMap((server) => server.heard))),
      },
      gaps: hours.flatMap(bookedGaps),
      settled: servers.every(({ listening, isDelivered }) => isDelivered && listening.lastMs >= span.toMs),
    },
  }
}

function secondsHeard(hours: readonly ServerHour[], server: 1 | 2): number | null {
  const own = hours.find((hour) => hour.server === server)
  return own && !isUnknown(own) ? secondsOf(own.heard) : null
}

/** Where nothing came, to be connected is to hear it; a reconnect does not count. */
function quietHour(hour: Span, server: ServerHour, records: ServerRecords | undefined): ServerHour {
  if (!records?.isDelivered || records.lost.length > 0) return server
  const heard = union([...server.heard, ...within(joined(records.listening.connected), hour)])
  return { ...server, heard, gaps: without(server.gaps, heard) }
}

const joined = (spans: readonly Span[]): Span[] =>
  union(spans.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs + RECONNECT_MS }))).map(({ fromMs, toMs }) => ({
    fromMs,
    toMs: toMs - RECONNECT_MS,
  }))

function quietState(hour: Span, hours: readonly ServerHour[]): HourListening['state'] {
  if (isHeard(hour, hours)) return 'empty'
  return hours.every(({ connected, heard }) => connected.length + heard.length === 0) ? 'not collected' : 'partial'
}

function busyState(hour: Span, hours: readonly ServerHour[]): HourListening['state'] {
  if (isHeard(hour, hours)) return 'complete'
  return hours.every(isUnknown) ? 'unknown' : 'partial'
}

/** Whether at least one server heard each moment. */
const isHeard = (hour: Span, hours: readonly ServerHour[]): boolean =>
  without(
    [hour],
    hours.flatMap(({ heard }) => heard),
  ).length === 0

/** With as many as a book has room for; the rest is in a last one that spans them. */
function bookedGaps({ server, gaps }: ServerHour): BookedGap[] {
  const rest = gaps.slice(MOST_GAPS - 1)
  const [first, last] = [rest[0], rest.at(-1)]
  const all =
    gaps.length > MOST_GAPS && first && last ? [...gaps.slice(0, MOST_GAPS - 1), { ...first, toMs: last.toMs }] : gaps
  return all.map(({ fromMs, toMs, reason, detail }) => ({
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    server,
    reason,
    ...(detail !== undefined && { detail: detail.slice(0, LONGEST_DETAIL) }),
  }))
}
