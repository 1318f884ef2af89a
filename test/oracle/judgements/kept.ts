import type { Connect } from '../../../src/simulator/x/client.js'
import { examples, type Case } from '../case.js'
import type { Life } from '../life.js'
import type { Sent } from '../sent.js'

/** Endings of a connection after which the simulator has seen all bytes on their way. */
const SETTLED = ['clean-end', 'operational-disconnect', 'upstream-operational-disconnect', 'slow-reader-disconnect']

/** Every tweet that a heartbeat had counted is there, after a power cut too. */
export function countedIsKept({ evidence: { lives }, spool }: Case): string[] {
  return lives.flatMap((life, index) => {
    const beat = life.lastBeat
    const kept = spool.lines.filter(({ retrievedMs }) => isIn(life, retrievedMs)).length
    if (!beat || kept >= beat.tweets) return []
    return [`life ${index}: its heartbeat had counted ${beat.tweets} tweets, but only ${kept} of them are there`]
  })
}

/** `retrieved_at` has whole seconds. */
const isIn = (life: Life, ms: number): boolean => ms >= Math.floor(life.from / 1000) * 1000 && ms <= life.until

/** Every tweet on a connection that X ended, and of whose end the collector wrote, is there. */
export function settledIsKept(the: Case): string[] {
  const { sent, lives } = the.evidence
  return sent.connects.flatMap(({ connect, tweets }) => {
    if (!SETTLED.includes(connect.ending ?? '')) return []
    const life = lives.find(({ from, until }) => connect.fromMs >= from && connect.fromMs <= until)
    if (!life || hasDiskFault(life) || !isToldOf(the, connect, life)) return []
    const missing = tweets.filter(({ id }) => !the.has(id)).map(({ id }) => id)
    return examples(
      `tweets of connection ${connect.number}, which X ended (${connect.ending ?? ''}), are missing`,
      missing,
    )
  })
}

/** Of a connection only the end may be missing: never a tweet before one that is there. */
export function nothingLostInTheMiddle(the: Case): string[] {
  const { sent, lives } = the.evidence
  const starts = sent.connects.map(({ connect }) => connect.fromMs)
  return sent.connects.flatMap(({ connect, tweets }) => {
    const life = lives.find(({ from, until }) => connect.fromMs >= from && connect.fromMs <= until)
    if (!life || life.plan.ending === 'power-cut' || hasDiskFault(life)) return []
    const nextFrom = Math.min(...starts.filter((from) => from > connect.fromMs), life.until)
    const own = (id: string) =>
      (the.linesOf.get(id) ?? [])
        .map(({ retrievedMs }) => retrievedMs)
        .filter((retrievedMs) => retrievedMs >= connect.fromMs && retrievedMs < nextFrom - 1000)
        .sort((a, b) => a - b)
    // What came with the last chunk before a crash may be there in part: of one minute, and not of another.
    const lastChunk = life.ended === 'stopped' ? Infinity : Math.max(...tweets.flatMap(({ id }) => own(id)))
    const copies = copyNumbers(tweets)
    const lastThere = tweets.findLastIndex(({ id }, at) => (own(id)[copies[at] ?? 0] ?? Infinity) < lastChunk)
    const missing = tweets.slice(0, Math.max(lastThere, 0)).filter(({ id }) => !the.has(id))
    return examples(
      `tweets from the middle of connection ${connect.number} are missing`,
      missing.map(({ id }) => id),
    )
  })
}

/**
 * The how-manieth of its tweet each one sent is, from 0. In a burst tweets come twice, and of those whose end is missing
 * the first alone is there: one line is no proof that the second copy came, and with it all that was sent before it.
 */
function copyNumbers(tweets: readonly Sent[]): number[] {
  const seen = new Map<string, number>()
  return tweets.map(({ id }) => {
    const number = seen.get(id) ?? 0
    seen.set(id, number + 1)
    return number
  })
}

/** Whether the journal tells of a connection's end: all that came before it had been read then. */
function isToldOf({ evidence: { sent }, spool }: Case, { fromMs }: Connect, { until }: Life): boolean {
  const later = sent.connects.map(({ connect }) => connect.fromMs).filter((from) => from > fromMs)
  const nextFrom = Math.min(...later, until)
  return spool.journal.some(
    ({ event, at }) => event === 'disconnected' && Date.parse(at) >= fromMs && Date.parse(at) < nextFrom,
  )
}

/** Of the only connection of a life at least as many tweets are there, from its first on, as the last heartbeat had counted. */
export function countedInOrder(the: Case): string[] {
  const { sent, lives } = the.evidence
  return lives.flatMap((life, index) => {
    const own = sent.connects.filter(({ connect: { fromMs } }) => fromMs >= life.from && fromMs <= life.until)
    const [only] = own
    if (!only || own.length > 1 || !life.lastBeat || hasDiskFault(life)) return []
    const missing = only.tweets.slice(0, life.lastBeat.tweets).filter(({ id }) => !the.has(id))
    return examples(
      `tweets that the last heartbeat of life ${index} had counted are missing`,
      missing.map(({ id }) => id),
    )
  })
}

const hasDiskFault = (life: Life): boolean => life.plan.diskFault !== undefined
