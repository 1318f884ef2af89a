import { join, posix } from 'node:path'
import { makeFolder } from '../durable/folder.js'
import { writeWholeFile } from '../durable/whole-file.js'
import { parseServer1Sign, SERVER_1_SIGN, type Server1Sign } from '../spool/server-1-sign.js'
import { HOUR_MS, hourName, MINUTE_MS, parseHourName } from '../utc.js'
import type { RemoteSpool } from './remote-spool.js'

/** process-hour runs every hour. */
const RUN_LATE_MS = 3 * HOUR_MS
/** An hour waits three hours for a server unless told otherwise, and is then archived by the next run. */
const HOUR_LATE_MS = 6 * HOUR_MS
const HEARTBEAT_LATE_MS = 15 * MINUTE_MS
const MAIL_LATE_MS = 6 * HOUR_MS

/** Two clocks that are both kept right differ by less. */
const CLOCKS_DIFFER_MS = 5 * MINUTE_MS

/** What of server 1 is overdue, in sentences that say where to look. A time that is ahead of this clock tells nothing. */
export function server1Warnings(sign: Server1Sign, nowMs: number): string[] {
  const writtenMs = Date.parse(sign.written_at)
  if (writtenMs > nowMs + CLOCKS_DIFFER_MS)
    return [
      `server 1 says that process-hour ran last at ${sign.written_at}, which is ahead of this server's clock: ` +
        'run timedatectl on both servers and set the clock that is wrong; until then nobody knows whether process-hour runs',
    ]
  if (nowMs - writtenMs > RUN_LATE_MS)
    return [
      `process-hour ran last at ${sign.written_at} on server 1: see there whether its timer is on and what it says`,
    ]
  return [...overdueHour(sign, nowMs), ...overdueHeartbeat(sign, writtenMs), ...overdueMail(sign, writtenMs)]
}

function overdueHour({ last_hour }: Server1Sign, nowMs: number): string[] {
  const hour = last_hour && parseHourName(last_hour.hour)
  if (typeof hour !== 'number') return []
  if (hour > nowMs)
    return [
      `the last hour that server 1 archived is ${hourName(hour)}, which has not come yet: see there that its clock was right, and what process-hour says`,
    ]
  if (nowMs - (hour + HOUR_MS) <= HOUR_LATE_MS) return []
  return [`the last hour that server 1 archived is ${hourName(hour)}, though process-hour runs there: see what it says`]
}

function overdueHeartbeat({ heartbeat }: Server1Sign, writtenMs: number): string[] {
  const beatMs = heartbeat ? Date.parse(heartbeat.written_at) : writtenMs
  if (Math.abs(writtenMs - beatMs) <= HEARTBEAT_LATE_MS) return []
  const what = `server 1's collector gave its last sign of life at ${heartbeat?.written_at}`
  if (beatMs > writtenMs) return [`${what}, which was ahead of its own clock: see there that collect runs`]
  return [`${what}: see there that collect runs`]
}

function overdueMail({ mails_waiting, mails_waiting_since }: Server1Sign, writtenMs: number): string[] {
  if (mails_waiting_since === null || writtenMs - Date.parse(mails_waiting_since) <= MAIL_LATE_MS) return []
  return [
    `server 1 has ${mails_waiting} mails that it can't send, the oldest since ${mails_waiting_since}: see its [mail] section`,
  ]
}

/** What server 1 has left to be seen, `undefined` where there is none. @throws CorruptStateError, RefusedFileError */
export async function fetchServer1Sign(remote: RemoteSpool): Promise<{ sign: Server1Sign; text: string } | undefined> {
  const text = await remote.readText(SERVER_1_SIGN)
  return text === undefined ? undefined : { sign: parseServer1Sign(remote.at(SERVER_1_SIGN), text), text }
}

/** Keep a copy in our own spool, under the same name, for who asks how server 1 is. */
export async function keepServer1Sign(spool: string, text: string): Promise<void> {
  await makeFolder(join(spool, posix.dirname(SERVER_1_SIGN)))
  await writeWholeFile(join(spool, SERVER_1_SIGN), text)
}
