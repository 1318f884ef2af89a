import type { Clock } from '../clock.js'
import { isFull } from '../durable/disk.js'
import type { Log } from '../log.js'
import type { NewEvent } from '../spool/journal.js'
import type { Spool } from '../spool/spool.js'
import { MINUTE_MS, SECOND_MS } from '../utc.js'
import { needsAPerson, type StreamFault } from '../x-api/stream-error.js'
import type { StreamItem } from '../x-api/stream-item.js'
import { ClockCheck } from './clock-check.js'
import { Quota } from './quota.js'
import type { Room } from './room.js'
import { covered, turned, type VitalSigns } from './vital-signs.js'

/** What of a message is kept in the journal and the log, in characters. */
const LONGEST_MESSAGE = 4000

/** So many messages a minute are told one by one. */
const MOST_MESSAGES = 20

interface Intake {
  readonly spool: Pick<Spool, 'file' | 'journal'>
  readonly room: Pick<Room, 'wait' | 'resume'>
  readonly vitals: VitalSigns
  readonly clock: Clock
  readonly log: Log
  /** systemd loads the token at the start alone: where X refuses it for long, a new start may have a better one. */
  readonly endsWhenRefused?: boolean
}

/** What a stream's life is told with, kept from one item to the next. */
interface Telling {
  readonly messages: Quota
  readonly clockCheck: ClockCheck
}

/**
 * Files what the stream brings, one item after another, and journals what happens to it; ends with the stream. While the
 * disk is full it holds the item that it has and asks the stream for no other. Where `signal` aborts meanwhile, it files
 * nothing any more: what comes after lines that are given up would hide the gap from the next start.
 */
export async function takeIn(items: AsyncIterable<StreamItem>, intake: Intake, signal: AbortSignal): Promise<void> {
  const telling = { messages: new Quota(MOST_MESSAGES, MINUTE_MS), clockCheck: new ClockCheck(intake.clock) }
  let refusedFor: StreamFault | undefined
  let givenUp = false
  for await (const item of items) {
    turned(intake.vitals, intake.clock.now(), item.kind === 'refused' ? item.waitMs : 0)
    if (item.kind === 'tweets') {
      compareClock(item, intake, telling)
      givenUp ||= !(await fileAll(item, intake, signal))
    } else await takeInOne(item, intake, telling, signal)
    await tellLeftOut(item, intake, telling, signal)
    if (item.kind === 'connected') refusedFor = undefined
    if (item.kind !== 'refused') continue
    // One line an incident: the journal has each.
    const level = item.error.fault === refusedFor ? 'debug' : 'warn'
    if (intake.endsWhenRefused && refusedFor === item.error.fault && isForToken(item.error.fault)) {
      intake.log.warn('X still refuses the token: ending, so that systemd starts anew with the one that is there now')
      return
    }
    refusedFor = item.error.fault
    intake.log[level]({ next_try_in_s: Math.round(item.waitMs / 1000) }, item.error.message)
  }
}

type Item<Kind extends StreamItem['kind']> = Extract<StreamItem, { kind: Kind }>

async function takeInOne(
  item: Exclude<StreamItem, Item<'tweets'>>,
  intake: Intake,
  { messages, clockCheck }: Telling,
  signal: AbortSignal,
): Promise<void> {
  const { vitals, log } = intake
  switch (item.kind) {
    case 'keep-alive':
      vitals.lastByteAt = item.receivedAt
      return
    case 'message': {
      vitals.lastByteAt = item.at
      vitals.totals.messages += 1
      if (!messages.passes(item.at)) return
      const line = item.line.slice(0, LONGEST_MESSAGE)
      log.warn({ line }, 'X sent a message')
      return journal({ event: 'message', line }, intake, signal)
    }
    case 'more-messages':
      vitals.lastByteAt = item.at
      vitals.totals.messages += item.count
      messages.leaveOut(item.count)
      return
    case 'connected':
      clockCheck.connected(item.at, item.backfillMinutes)
      vitals.connection = 'connected'
      vitals.connectedAt = item.at
      vitals.coveredUntil ??= item.at
      vitals.refused = undefined
      vitals.totals.connects += 1
      log.info({ backfill_minutes: item.backfillMinutes }, 'connected')
      return journal({ event: 'connected', backfill_minutes: item.backfillMinutes }, intake, signal)
    case 'disconnected':
      vitals.connection = 'connecting'
      vitals.connectedAt = undefined
      vitals.totals.disconnects += 1
      log.info({ reason: item.reason }, 'disconnected')
      return journal({ event: 'disconnected', reason: item.reason, ...covered(vitals.coveredUntil) }, intake, signal)
    case 'refused': {
      const { fault, message } = item.error
      vitals.connection = 'waiting'
      if (needsAPerson(fault)) vitals.refused ??= { since: item.at, message }
      return journal({ event: 'refused', reason: message, wait_ms: item.waitMs }, intake, signal)
    }
  }
}

const isForToken = (fault: StreamFault): boolean => fault === 'unauthorized' || fault === 'forbidden'

/** How many messages were not told one by one: once a minute, and before the connection is over. */
async function tellLeftOut(
  item: StreamItem,
  intake: Intake,
  { messages }: Telling,
  signal: AbortSignal,
): Promise<void> {
  const count = messages.takeLeftOut(intake.clock.now(), item.kind === 'disconnected')
  if (count === 0) return
  intake.log.warn({ count }, 'more messages came than are told one by one')
  await journal({ event: 'messages', count }, intake, signal)
}

function compareClock({ madeAt, receivedAt }: Item<'tweets'>, { vitals, log }: Intake, { clockCheck }: Telling): void {
  if (madeAt === undefined) return
  const change = clockCheck.saw(madeAt, receivedAt)
  vitals.clockFault = clockCheck.fault
  if (change === 'right') log.info("this machine's clock agrees with the tweets again")
  if (change !== 'wrong' || !clockCheck.fault) return
  const ahead_s = Math.round(clockCheck.fault.aheadMs / SECOND_MS)
  log.warn(
    { ahead_s },
    "this machine's clock differs from the times in the tweets: see timedatectl and its NTP service",
  )
}

/** Each line is counted when it is filed. False where `signal` aborts on a full disk: the rest is left to a later backfill. */
async function fileAll(item: Item<'tweets'>, { spool, room, vitals }: Intake, signal: AbortSignal): Promise<boolean> {
  let lines = item.lines
  do {
    const { filed, rejected, left } = await spool.file(lines, item.receivedAt, item.url)
    vitals.totals.tweets += filed
    vitals.totals.rejected += rejected
    if (filed > 0) vitals.lastTweetAt = item.receivedAt
    lines = left
  } while (lines.length > 0 && (await room.wait(signal)))
  if (lines.length > 0) return false
  vitals.coveredUntil = item.coveredUntil
  vitals.lastByteAt = item.receivedAt
  await room.resume()
  return true
}

async function journal(event: NewEvent, { spool, room }: Intake, signal: AbortSignal): Promise<void> {
  do {
    try {
      await spool.journal(event)
      await room.resume()
      return
    } catch (error) {
      if (!isFull(error)) throw error
    }
  } while (await room.wait(signal))
}
