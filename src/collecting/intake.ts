import type { Clock } from '../clock.js'
import { isFull } from '../durable/disk.js'
import type { Log } from '../log.js'
import type { NewEvent } from '../spool/journal.js'
import type { Spool } from '../spool/spool.js'
import type { StreamFault } from '../x-api/stream-error.js'
import type { StreamItem } from '../x-api/stream-item.js'
import type { Room } from './room.js'
import { covered, turned, type VitalSigns } from './vital-signs.js'

/** What of a message is kept in the journal and the log, in characters. */
const LONGEST_MESSAGE = 4000

/** Refusals that only a person can end. */
const NEEDS_A_PERSON: readonly StreamFault[] = ['unauthorized', 'credits', 'forbidden', 'usage-cap']

interface Intake {
  readonly spool: Pick<Spool, 'file' | 'journal'>
  readonly room: Pick<Room, 'wait' | 'resume'>
  readonly vitals: VitalSigns
  readonly clock: Clock
  readonly log: Log
}

/**
 * Files what the stream brings, one item after another, and journals what happens to it; ends with the stream. While the
 * disk is full it holds the item that it has and asks the stream for no other. Where `signal` aborts meanwhile, it files
 * nothing any more: what comes after lines that are given up would hide the gap from the next start.
 */
export async function takeIn(items: AsyncIterable<StreamItem>, intake: Intake, signal: AbortSignal): Promise<void> {
  let refusedFor: StreamFault | undefined
  let givenUp = false
  for await (const item of items) {
    turned(intake.vitals, intake.clock.now(), item.kind === 'refused' ? item.waitMs : 0)
    if (item.kind === 'tweets') givenUp ||= !(await fileAll(item, intake, signal))
    else await takeInOne(item, intake, signal)
    if (item.kind === 'connected') refusedFor = undefined
    if (item.kind !== 'refused') continue
    // One line an incident: the journal has each.
    const level = item.error.fault === refusedFor ? 'debug' : 'warn'
    refusedFor = item.error.fault
    intake.log[level]({ next_try_in_s: Math.round(item.waitMs / 1000) }, item.error.message)
  }
}

type Item<Kind extends StreamItem['kind']> = Extract<StreamItem, { kind: Kind }>

async function takeInOne(
  item: Exclude<StreamItem, Item<'tweets'>>,
  intake: Intake,
  signal: AbortSignal,
): Promise<void> {
  const { vitals, log } = intake
  switch (item.kind) {
    case 'keep-alive':
      vitals.lastByteAt = item.receivedAt
      return
    case 'message': {
      const line = item.line.slice(0, LONGEST_MESSAGE)
      vitals.lastByteAt = item.at
      log.warn({ line }, 'X sent a message')
      return journal({ event: 'message', line }, intake, signal)
    }
    case 'connected':
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
      if (NEEDS_A_PERSON.includes(fault)) vitals.refused ??= { since: item.at, message }
      return journal({ event: 'refused', reason: message, wait_ms: item.waitMs }, intake, signal)
    }
  }
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
