import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../clock.js'
import { crashPoint } from '../durable/crash-point.js'
import { rename } from '../durable/disk.js'
import { isLocked } from '../durable/lock.js'
import { readState } from '../durable/state-file.js'
import { PART, writePart } from '../durable/whole-file.js'
import { MINUTE_MS } from '../utc.js'

const count = z.int().nonnegative()
const time = z.iso.datetime()

/** A collector's sign of life, in its spool's folder. Times are ISO 8601, UTC; null is "not since the start". */
export const heartbeatSchema = z.object({
  process: z.int(),
  server: z.union([z.literal(1), z.literal(2)]),
  version: z.string(),
  started_at: time,
  written_at: time,
  /** `waiting`: refused, until the next try; `paused`: the disk is full, and nothing is read. */
  connection: z.enum(['connecting', 'connected', 'waiting', 'paused', 'stopped']),
  /** Since when it is connected. */
  connected_at: time.nullable(),
  last_byte_at: time.nullable(),
  last_tweet_at: time.nullable(),
  /** The stream is filed up to here: a start asks for backfill from then on. Kept over restarts. */
  covered_until: time.nullable(),
  /** By how much the machine's clock is ahead of the times in the tweets, where that is more than 30 s; else null. */
  clock_ahead_s: z.int().nullable().optional(),
  /** Since the start. Tweets are counted when they are filed. */
  totals: z.object({
    tweets: count,
    rejected: count,
    /** Objects of X's that are no tweets. */
    messages: count.optional(),
    connects: count,
    disconnects: count,
  }),
  /** `2026-11-21_13-07`, oldest first. */
  open_minutes: z.array(z.string()),
})

export type Heartbeat = z.infer<typeof heartbeatSchema>

const heartbeatPath = (spool: string): string => join(spool, 'heartbeat.json')

/** The last heartbeat of a spool's collector, `undefined` where there was none. @throws CorruptStateError */
export const readHeartbeat = (spool: string): Promise<Heartbeat | undefined> =>
  readState(heartbeatPath(spool), heartbeatSchema)

/** A heartbeat comes every five seconds; one that is so old is of a collector that hangs. */
const OLD_MS = MINUTE_MS

/** What is so now, by a heartbeat that says how it was: of a process that was killed the last one says `connected` for ever. */
export type PresentHeartbeat = Omit<Heartbeat, 'connection'> & {
  /** `not running`: nobody holds the spool; `not responding`: somebody does, and gives no sign of life. */
  readonly connection: Heartbeat['connection'] | 'not running' | 'not responding'
}

/**
 * The last heartbeat of a spool's collector, read with its age and with the spool's lock; `undefined` where there was none.
 * @throws CorruptStateError
 */
export async function presentHeartbeat(
  spool: string,
  clock: Pick<Clock, 'now'>,
): Promise<PresentHeartbeat | undefined> {
  const heartbeat = await readHeartbeat(spool)
  if (!heartbeat) return undefined
  if (!(await isLocked(spool, 'collect')))
    return { ...heartbeat, connection: heartbeat.connection === 'stopped' ? 'stopped' : 'not running' }
  const isOld = clock.now() - Date.parse(heartbeat.written_at) > OLD_MS
  return { ...heartbeat, connection: isOld ? 'not responding' : heartbeat.connection }
}

/** Put the heartbeat in place of the last one. It appears whole, but is not synced: after a power cut it is old news. */
export async function writeHeartbeat(spool: string, heartbeat: Heartbeat): Promise<void> {
  const path = heartbeatPath(spool)
  crashPoint('heartbeat-before-write')
  await writePart(path, JSON.stringify(heartbeat, null, 1) + '\n', { synced: false })
  crashPoint('heartbeat-before-rename')
  await rename(path + PART, path)
  crashPoint('heartbeat-after-rename')
}
