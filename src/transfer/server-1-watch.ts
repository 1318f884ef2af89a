import { join, posix } from 'node:path'
import { makeFolder } from '../durable/folder.js'
import { writeWholeFile } from '../durable/whole-file.js'
import { parseServer1Sign, SERVER_1_SIGN, type Server1Sign } from '../spool/server-1-sign.js'
import { HOUR_MS, MINUTE_MS, parseHourName } from '../utc.js'
import type { RemoteSpool } from './remote-spool.js'

/** process-hour runs every hour. */
const RUN_LATE_MS = 3 * HOUR_MS
/** An hour waits three hours for a server unless told otherwise, and is then archived by the next run. */
const HOUR_LATE_MS = 6 * HOUR_MS
const HEARTBEAT_LATE_MS = 15 * MINUTE_MS
const MAIL_LATE_MS = 6 * HOUR_MS

/** What of server 1 is overdue, in sentences that say where to look. */
export function server1Warnings(sign: Server1Sign, nowMs: number): string[] {
  const writtenMs = Date.parse(sign.written_at)
  if (nowMs - writtenMs > RUN_LATE_MS)
    return [
      `process-hour ran last at ${sign.written_at} on server 1: see there whether its timer is on and what it says`,
    ]
  return [...overdueHour(sign, nowMs), ...overdueHeartbeat(sign, writtenMs), ...overdueMail(sign, writtenMs)]
}

function overdueHour({ last_hour }: Server1Sign, nowMs: number): string[] {
  const hour = last_hour && parseHourName(last_hour.hour)
  if (last_hour === null || typeof hour !== 'number' || nowMs - (hour + HOUR_MS) <= HOUR_LATE_MS) return []
  return [`the last hour that server 1 archived is ${last_hour.hour}, though process-hour runs there: see what it says`]
}

function overdueHeartbeat({ heartbeat }: Server1Sign, writtenMs: number): string[] {
  if (!heartbeat || writtenMs - Date.parse(heartbeat.written_at) <= HEARTBEAT_LATE_MS) return []
  return [`server 1's collector gave its last sign of life at ${heartbeat.written_at}: see there that collect runs`]
}

function overdueMail({ mails_waiting, mails_waiting_since }: Server1Sign, writtenMs: number): string[] {
  if (mails_waiting_since === null || writtenMs - Date.parse(mails_waiting_since) <= MAIL_LATE_MS) return []
  return [
    `server 1 has ${mails_waiting} mails that it can't send, the oldest since ${mails_waiting_since}: see its [mail] section`,
  ]
}

/**
 * Fetch what server 1 has left to be seen, and keep a copy in our own spool, under the same name. `undefined` where there
 * is none. @throws CorruptStateError
 */
export async function fetchServer1Sign(remote: RemoteSpool, spool: string): Promise<Server1Sign | undefined> {
  const text = await remote.readText(SERVER_1_SIGN)
  if (text === undefined) return undefined
  const sign = parseServer1Sign(remote.at(SERVER_1_SIGN), text)
  await makeFolder(join(spool, posix.dirname(SERVER_1_SIGN)))
  await writeWholeFile(join(spool, SERVER_1_SIGN), text)
  return sign
}
