import type { JournalEvent } from '../spool/journal.js'

/** A time (ms since 1970) in which a collector did not receive what X sent. */
export interface Gap {
  readonly fromMs: number
  readonly toMs: number
  readonly reason: string
}

/** X sends 99 % of tweets within 6 to 7 s of their making (docs.x.com): as much may have been under way. */
const UNDER_WAY_MS = 7000

/**
 * The gaps that a collector's journal tells of, by time. What came before its first event and after its last is one too;
 * no journal at all explains nothing.
 */
export function gapsOf(events: readonly JournalEvent[]): Gap[] {
  const [first, last] = [events[0], events.at(-1)]
  if (!first || !last) return []
  const gaps: Gap[] = []
  let open: Omit<Gap, 'toMs'> | undefined
  if (first.event === 'started') open = { fromMs: -Infinity, reason: 'started late, or its journal is missing' }
  for (const [index, event] of events.entries()) {
    if (event.event === 'silence') gaps.push({ ...time(event.since, event.at), reason: 'silence on the stream' })
    open ??= beginning(event, events[index - 1])
    if (!open || (event.event !== 'connected' && event.event !== 'resumed')) continue
    gaps.push({ ...open, toMs: Date.parse(event.at) })
    open = undefined
  }
  const end = open ?? { fromMs: Date.parse(last.at), reason: 'its journal ends: not synced yet, or not running' }
  return [...gaps, { ...end, toMs: Infinity }]
}

/** The gap that begins with an event. */
function beginning(event: JournalEvent, before: JournalEvent | undefined): Omit<Gap, 'toMs'> | undefined {
  const atMs = Date.parse(event.at)
  if (event.event === 'stopped') return { fromMs: atMs - UNDER_WAY_MS, reason: 'stopped' }
  if (event.event !== 'started' && event.event !== 'disconnected' && event.event !== 'paused') return undefined
  const covered = event.covered_until === undefined ? undefined : Date.parse(event.covered_until)
  if (event.event === 'started')
    return { fromMs: covered ?? Date.parse(before?.at ?? event.at), reason: 'not running: killed or crashed' }
  const word = event.event === 'paused' ? 'not reading' : 'disconnected'
  return { fromMs: covered ?? atMs - UNDER_WAY_MS, reason: `${word}: ${event.reason}` }
}

const time = (from: string, to: string) => ({ fromMs: Date.parse(from), toMs: Date.parse(to) })
