import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import type { XSettings } from '../settings/settings.js'
import { SECOND_MS } from '../utc.js'
import { refusal } from './answer.js'
import { Backfill } from './backfill.js'
import { backoffMs, Faults } from './backoff.js'
import type { ConnectBudget } from './connect-budget.js'
import { connect, type Connection, NotConnectedError } from './connection.js'
import { mediaType } from './header.js'
import { read } from './reading.js'
import { sampleHeaders, sampleUrl } from './sample-request.js'
import { needsAPerson, StreamError } from './stream-error.js'
import type { StreamItem } from './stream-item.js'

export interface StreamOptions {
  readonly x: XSettings
  /** Read the app's bearer token, which may be another one since the last connect. */
  readonly token: () => Promise<string>
  /** Aborts when secrets were changed: what is refused for them is tried again at once. Asked for anew after each time. */
  readonly changed?: () => AbortSignal
  /** This program's. */
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly budget: Pick<ConnectBudget, 'waitMs' | 'take' | 'giveBack'>
  /** From before a restart (see `TweetsItem`), so that the first connect asks for what was missed since. */
  readonly coveredUntil?: number | undefined
}

const CONNECT_MS = 10 * SECOND_MS
/** A keep-alive comes every 20 s, a little late at times (twarc waits as long). */
const STALL_MS = 31 * SECOND_MS
/** A connection that lasted until the first keep-alive was a good one: the next fault is the first of its kind again. */
const GOOD_AFTER_MS = 20 * SECOND_MS
const LONGEST_ERROR_BYTES = 64 << 10
const LONGEST_ERROR_MS = 5 * SECOND_MS

/**
 * The 1 % stream. Connects, reads, and connects again as X asks until `signal` aborts, whatever happens; reads no
 * further than its consumer asks for. A connection that breaks inside a line yields nothing of that line.
 */
export async function* sampledStream(options: StreamOptions, signal: AbortSignal): AsyncGenerator<StreamItem> {
  const { x, clock, random, budget } = options
  const backfill = new Backfill(x.backfillMinutes, options.coveredUntil)
  const faults = new Faults()
  const isStopped = () => signal.aborted
  while (!isStopped()) {
    const heldMs = budget.waitMs()
    const end: End = heldMs > 0 ? held(heldMs) : yield* oneConnection(options, backfill, signal)
    if (isStopped()) return
    if (end.upMs >= GOOD_AFTER_MS) faults.clear()
    const waitMs = backoffMs(end.error, faults.count(end.error.fault), random)
    const changed = options.changed?.()
    if (end.upMs < 0) yield { kind: 'refused', at: clock.now(), error: end.error, waitMs }
    const wakes = changed && needsAPerson(end.error.fault) ? [signal, changed] : [signal]
    await clock.sleep(waitMs, AbortSignal.any(wakes))
  }
}

/** How a try ended. `upMs` is how long there was a stream; negative where there was none. */
interface End {
  readonly error: StreamError
  readonly upMs: number
}

const NEVER_UP = -1

const held = (heldMs: number): End => ({
  error: new StreamError('budget', 'too many connects in 15 minutes: waiting, or X would refuse them', {
    askedMs: heldMs,
  }),
  upMs: NEVER_UP,
})

async function* oneConnection(
  options: StreamOptions,
  backfill: Backfill,
  signal: AbortSignal,
): AsyncGenerator<StreamItem, End> {
  const { x, clock, budget } = options
  await budget.take()
  // Not before: a slow disk takes its time to remember the connect, and the gap grows by it.
  const backfillMinutes = backfill.minutes(clock.now())
  const url = sampleUrl(x, backfillMinutes)
  const opened = await open(options, url, backfillMinutes, signal)
  if (opened instanceof StreamError) {
    if (opened.fault === 'backfill') backfill.question()
    else if (opened.status !== undefined) backfill.refused()
    return { error: opened, upMs: NEVER_UP }
  }
  await using connection = opened
  const since = clock.now()
  if (backfill.accepted(since)) options.log.warn('X allows this account no backfill: going on without')
  yield { kind: 'connected', at: since, url: url.href, backfillMinutes }
  const error = yield* read(connection, { clock, backfill, silenceMs: x.silenceMs, url: url.href, signal })
  const at = clock.now()
  yield { kind: 'disconnected', at, reason: error.message }
  return { error, upMs: Math.max(at - since, 0) }
}

/** A connection that brings the stream, or why there is none; one that never reached X is given back to the budget. */
async function open(
  options: StreamOptions,
  url: URL,
  backfillMinutes: number,
  signal: AbortSignal,
): Promise<Connection | StreamError> {
  const { version, clock, budget } = options
  const patience = { connectMs: clock.socketMs(CONNECT_MS), stallMs: clock.socketMs(STALL_MS) }
  const token = await options.token()
  try {
    const connection = await connect(url, sampleHeaders(token, version), patience, signal)
    if (isStream(connection)) return connection
    await using answer = connection
    answer.closeIn(clock.socketMs(LONGEST_ERROR_MS))
    const body = (await textOf(answer)).replaceAll(token, '…')
    return refusal({ ...answer, body }, { host: url.host, backfillMinutes, nowMs: clock.now() })
  } catch (error) {
    if (!(error instanceof StreamError)) throw error
    if (error instanceof NotConnectedError) await budget.giveBack()
    return error
  }
}

/** A page for people that comes with 200 is a portal's or a proxy's. */
const isStream = ({ status, headers }: Connection): boolean =>
  status === 200 && !['text/html', 'application/xhtml+xml'].includes(mediaType(headers))

/** The beginning of an error answer's body, or as much as came of it. */
async function textOf({ body }: Connection): Promise<string> {
  let text = Buffer.alloc(0)
  try {
    for await (const chunk of body) {
      text = Buffer.concat([text, chunk])
      if (text.length >= LONGEST_ERROR_BYTES) break
    }
  } catch (error) {
    if (!(error instanceof StreamError)) throw error
  }
  return text.toString()
}
