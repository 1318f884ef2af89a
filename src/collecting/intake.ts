import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import type { Spool } from '../spool/spool.js'
import type { StreamFault } from '../x-api/stream-error.js'
import type { StreamItem } from '../x-api/stream-item.js'
import { turned, type VitalSigns } from './vital-signs.js'

/** What of a message is kept in the journal and the log, in characters. */
const LONGEST_MESSAGE = 4000

interface Intake {
  readonly spool: Pick<Spool, 'file' | 'journal'>
  readonly vitals: VitalSigns
  readonly clock: Clock
  readonly log: Log
}

/** Files what the stream brings, one item after another, and journals what happens to it; ends with the stream. */
export async function takeIn(items: AsyncIterable<StreamItem>, intake: Intake): Promise<void> {
  let refusedFor: StreamFault | undefined
  for await (const item of items) {
    turned(intake.vitals, intake.clock.now(), item.kind === 'refused' ? item.waitMs : 0)
    await takeInOne(item, intake)
    if (item.kind === 'connected') refusedFor = undefined
    if (item.kind !== 'refused') continue
    // One line an incident: the journal has each.
    const level = item.error.fault === refusedFor ? 'debug' : 'warn'
    refusedFor = item.error.fault
    intake.log[level]({ next_try_in_s: Math.round(item.waitMs / 1000) }, item.error.message)
  }
}

async function takeInOne(item: StreamItem, { spool, vitals, log }: Intake): Promise<void> {
  switch (item.kind) {
    case 'tweets': {
      const { filed, rejected } = await spool.file(item.lines, item.receivedAt, item.url)
      vitals.totals.tweets += filed
      vitals.totals.rejected += rejected
      vitals.coveredUntil = item.coveredUntil
      vitals.lastByteAt = item.receivedAt
      if (filed > 0) vitals.lastTweetAt = item.receivedAt
      return
    }
    case 'keep-alive':
      vitals.lastByteAt = item.receivedAt
      return
    case 'message': {
      const line = item.line.slice(0, LONGEST_MESSAGE)
      vitals.lastByteAt = item.at
      log.warn({ line }, 'X sent a message')
      return spool.journal({ event: 'message', line })
    }
    case 'connected':
      vitals.connection = 'connected'
      vitals.connectedAt = item.at
      vitals.totals.connects += 1
      log.info({ backfill_minutes: item.backfillMinutes }, 'connected')
      return spool.journal({ event: 'connected', backfill_minutes: item.backfillMinutes })
    case 'disconnected':
      vitals.connection = 'connecting'
      vitals.connectedAt = undefined
      vitals.totals.disconnects += 1
      log.info({ reason: item.reason }, 'disconnected')
      return spool.journal({ event: 'disconnected', reason: item.reason })
    case 'refused':
      vitals.connection = 'waiting'
      return spool.journal({ event: 'refused', reason: item.error.message, wait_ms: item.waitMs })
  }
}
