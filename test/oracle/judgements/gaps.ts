import { examples, type Case } from '../case.js'
import type { Event } from '../spool-content.js'
import { departures } from '../truth.js'

const MINUTE_MS = 60_000
/** Of the fast clock: what a heartbeat may be ahead of the disk. */
const UNSYNCED_MS = 30_000
/** Of the wall's clock: how long a request may take to X; X counts the minutes from its arrival. */
const ON_THE_WAY_S = 0.3
/** Both ends of the connection, and the collector before it sends, may have to wait for a processor. */
const WAITS = 4
/** X's answers after which a collector has to take it that its account may have no backfill. */
const DENIALS = ['forbidden']

/**
 * Whoever reconnects asks for as much backfill as reaches back to the last tweet that is there, or to the first
 * connection where a backfill broke off before it came so far, or for all there is.
 */
export function backfillFits(the: Case): string[] {
  const { sent, plan, fired } = the.evidence
  if (plan.backfillMinutes === 0 || fired.some(({ kind }) => DENIALS.includes(kind))) return []
  const seconds = departures(the.evidence)
  const first = firstConnected(the)
  return sent.connects.slice(1).flatMap(({ connect }) => {
    const asked = Number(new URLSearchParams(connect.query).get('backfill_minutes') ?? 0)
    if (asked === plan.backfillMinutes) return []
    const before = the.spool.lines.filter(({ retrievedMs }) => retrievedMs < connect.fromMs - 1000)
    const lastThere = Math.max(...before.map(({ id }) => seconds.get(id) ?? 0))
    if (!Number.isFinite(lastThere)) return []
    const uncovered = connect.fromMs / 1000 - asked * 60 - Math.max(lastThere, first / 1000)
    const onTheWayS = ON_THE_WAY_S + (WAITS * the.evidence.lagAround(connect.fromMs)) / 1000
    if (uncovered <= 1 + onTheWayS * plan.speed) return []
    return [`connection ${connect.number} asked for ${asked} minutes, ${Math.round(uncovered)} s too few`]
  })
}

/** Before it nothing was promised; ms since 1970. */
function firstConnected({ spool }: Case): number {
  const event = spool.journal.find(({ event }) => event === 'connected')
  return event ? Date.parse(event.at) : -Infinity
}

interface Gap {
  readonly fromMs: number
  readonly toMs: number
}

/** Every tweet that X would have sent between the first connection and the last end, and that is missing, lies in a gap that the journal tells of. */
export function journalExplains(the: Case): string[] {
  const { lives } = the.evidence
  const lostPowerMs = lives.some(({ plan }) => plan.ending === 'power-cut') ? UNSYNCED_MS : 0
  const gaps = gapsIn(the.spool.journal)
  const first = firstConnected(the)
  const seconds = departures(the.evidence)
  const passedOver = passedOverByX(the, seconds)
  const unexplained = [...seconds].filter(([id, second]) => {
    if (second * 1000 < first || the.has(id) || passedOver.has(id)) return false
    return !gaps.some(({ fromMs, toMs }) => (second + 1) * 1000 >= fromMs - lostPowerMs && second * 1000 <= toMs)
  })
  return examples(
    'missing tweets lie in no gap of the journal',
    unexplained.map(([id, second]) => `${id} of ${new Date(second * 1000).toISOString()}`),
  )
}

/** Between what was received last and the beginning of the next backfill; at the end for ever. */
function gapsIn(journal: readonly Event[]): Gap[] {
  const gaps: Gap[] = []
  let from: number | undefined
  for (const [index, event] of journal.entries()) {
    if (event.event === 'disconnected' || (event.event === 'started' && index > 0))
      from = Math.min(from ?? Infinity, coveredUntil(event))
    if (event.event !== 'connected' || from === undefined) continue
    gaps.push({ fromMs: from, toMs: Date.parse(event.at) - Number(event['backfill_minutes'] ?? 0) * MINUTE_MS })
    from = undefined
  }
  return from === undefined ? gaps : [...gaps, { fromMs: from, toMs: Infinity }]
}

/** A start that does not say asks for all there is, and nobody knows what it was before. */
const coveredUntil = (event: Event): number =>
  typeof event['covered_until'] === 'string' ? Date.parse(event['covered_until']) : -Infinity

/** Tweets that X itself has left out of a connection that went on: what the fault `quiet` does. */
function passedOverByX({ evidence: { sent } }: Case, seconds: ReadonlyMap<string, number>): Set<string> {
  const passedOver = new Set<string>()
  for (const { connect, tweets } of sent.connects) {
    const backfill = Number(new URLSearchParams(connect.query).get('backfill_minutes') ?? 0)
    const begin = Math.floor(connect.fromMs / 1000) - backfill * 60
    const end = Math.max(...tweets.map(({ id }) => seconds.get(id) ?? 0))
    const own = new Set(tweets.map(({ id }) => id))
    for (const [id, second] of seconds) if (second > begin && second < end && !own.has(id)) passedOver.add(id)
  }
  return passedOver
}
