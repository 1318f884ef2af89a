import { z } from 'zod'
import { parseState } from '../durable/state-file.js'
import { RECEIPTS_FOLDER, writeAnswer } from './receipt.js'

const time = z.iso.datetime()

/** What server 1 leaves for server 2 to see, beside its receipts. Times are ISO 8601, UTC; null is "none yet". */
export const signSchema = z.object({
  /** When process-hour ran last. */
  written_at: time,
  version: z.string(),
  /** The heartbeat of server 1's collector, as it stood then. */
  heartbeat: z.looseObject({ written_at: time, connection: z.string(), last_tweet_at: time.nullable() }).nullable(),
  /** The youngest hour that is archived. */
  last_hour: z.object({ hour: z.string(), revision: z.int(), archived_at: time }).nullable(),
  /** The day of the youngest report. */
  last_report: z.iso.date().nullable(),
  /** The day of the youngest report that was put into the outbox. */
  last_mail: z.iso.date().nullable(),
  mails_waiting: z.int().nonnegative(),
  /** Since when the oldest of them waits. */
  mails_waiting_since: time.nullable(),
})

export type Server1Sign = z.infer<typeof signSchema>

/** In server 2's spool, here and on server 1, with `/` between names. */
const SIGN_NAME = 'server-1.json'
export const SERVER_1_SIGN = `${RECEIPTS_FOLDER}/${SIGN_NAME}`

/** @throws CorruptStateError */
export const parseServer1Sign = (path: string, text: string): Server1Sign => parseState(path, text, signSchema)

/** Put the sign in place of the last one; it appears whole. @throws StrangeEntryError where it cannot be put there */
export const writeServer1Sign = (spool: string, sign: Server1Sign): Promise<void> => writeAnswer(spool, SIGN_NAME, sign)
