import type { Server } from '../input-file.js'
import type { BookedGap, BookedListening } from '../../vault/listening.js'
import type { Gap, Listening } from './listening.js'
import { apart, lengthOf, union, within, without, type Span } from './span.js'

/** What is known of one server's part of an hour. */
export interface ServerRecords {
  readonly server: Server
  readonly listening: Listening
  /** Up to here the journal is whole: what it does not tell did not happen. */
  readonly knownUntilMs: number
  /** False where what it heard is not here. */
  readonly isDelivered: boolean
  /** The minutes whose lines are lost. */
  readonly lost: readonly Span[]
}

/** A server's hour: `heard` and `gaps` together fill it. */
export interface ServerHour {
  readonly server: Server
  readonly heard: readonly Span[]
  readonly gaps: readonly Gap[]
  /** Also while nothing came. */
  readonly connected: readonly Span[]
}

/**
 * What a server heard within `hour`, and why not the rest. What its journal no longer tells is taken from what the hour's book
 * said before.
 */
export function serverHour(
  hour: Span,
  { server, listening, knownUntilMs, isDelivered, lost }: ServerRecords,
  before: BookedListening | undefined,
): ServerHour {
  const connected = union(within(listening.connected, hour))
  const told = union(within(listening.heard, hour))
  const open = listening.end && { ...listening.end, toMs: knownUntilMs }
  const missed = apart(without(within([...listening.gaps, ...(open ? [open] : [])], hour), told))
  const untold = without([hour], [...told, ...missed])
  const known = knownBefore(hour, server, before)
  const heard = union([...told, ...untold.flatMap((span) => within(known.heard, span))])
  const gaps = [...missed, ...untold.flatMap((span) => within(known.gaps, span))]
  const unknown = without([hour], [...heard, ...gaps]).map((span): Gap => ({ ...span, reason: 'not known' }))
  const absent = isDelivered ? lost.map(lostFile) : [{ ...hour, reason: 'not delivered' } as const]
  return {
    server,
    heard: without(heard, absent),
    gaps: apart([...gaps, ...unknown, ...absent.flatMap((gap) => heard.flatMap((span) => within([gap], span)))]),
    connected,
  }
}

const lostFile = (span: Span): Gap => ({ ...span, reason: 'file lost' })

/** Of what was lost or not delivered the book knew that it was heard. */
const HEARD: readonly string[] = ['file lost', 'not delivered'] satisfies Gap['reason'][]

function knownBefore(hour: Span, server: Server, before: BookedListening | undefined) {
  if (!before || before.seconds_heard[server] === null) return { heard: [], gaps: [] }
  const gaps = before.gaps.filter((gap) => gap.server === server && !HEARD.includes(gap.reason)).map(gapOf)
  return { heard: without([hour], gaps), gaps: gaps.filter(({ reason }) => reason !== 'not known') }
}

const gapOf = ({ from, to, reason, detail }: BookedGap): Gap => ({
  fromMs: Date.parse(from),
  toMs: Date.parse(to),
  reason: reason as Gap['reason'],
  ...(detail !== undefined && { detail }),
})

/** Whether nothing at all is known of a server's hour. */
export const isUnknown = ({ gaps, heard }: ServerHour): boolean =>
  heard.length === 0 && gaps.every(({ reason }) => reason === 'not known')

/** Whole seconds. */
export const secondsOf = (spans: readonly Span[]): number => Math.floor(lengthOf(spans) / 1000)
