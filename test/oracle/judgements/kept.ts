import type { Connect } from '../../../src/simulator/x/client.js'
import { examples, type Case } from '../case.js'
import type { Life } from '../life.js'
import type { Sent } from '../sent.js'

/** What a process has received is filed in less than this, also on a busy machine; real ms. */
const FILED_AFTER_MS = 1500
/** The simulator sees sooner than this that a client has gone; real ms. */
const NOTICED_AFTER_MS = 200
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

/** Every tweet on a connection that ended by itself, while the collector lived on, is there. */
export function settledIsKept(the: Case): string[] {
  const { sent, lives } = the.evidence
  return sent.connects.flatMap(({ connect, tweets }) => {
    if (!SETTLED.includes(connect.ending ?? '')) return []
    const life = lives.find(({ from, until }) => connect.fromMs >= from && connect.fromMs <= until)
    const lastMs = tweets.at(-1)?.realMs ?? 0
    if (!life || life.realUntil - lastMs < FILED_AFTER_MS || hasDiskFault(life)) return []
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

/** What was sent well before a process died is there, where its connection lasted until then. */
export function readBeforeDeathIsKept(the: Case): string[] {
  const { sent, lives } = the.evidence
  return lives.flatMap((life, index) => {
    if (life.ended === 'stopped' || life.frozen || hasDiskFault(life)) return []
    const missing = sent.connects
      .filter(({ connect }) => isLastOf(life, the, connect))
      .flatMap(({ tweets }) => tweets)
      .filter(({ id, realMs }) => realMs < life.realUntil - FILED_AFTER_MS && !the.has(id))
    return examples(
      `tweets sent ${FILED_AFTER_MS} ms before the end of life ${index} are missing`,
      missing.map(({ id }) => id),
    )
  })
}

/** Whether a connection was open when the life ended. */
function isLastOf({ from, until }: Life, { evidence: { plan } }: Case, { fromMs, untilMs, ending }: Connect): boolean {
  if (fromMs < from || fromMs > until || ending !== 'client-gone') return false
  return (until - (untilMs ?? until)) / plan.speed < NOTICED_AFTER_MS
}

const hasDiskFault = (life: Life): boolean => life.plan.diskFault !== undefined
