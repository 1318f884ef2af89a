import { namesIn } from '../durable/folder.js'
import { presentHeartbeat } from '../health/heartbeat.js'
import { waitingMails } from '../health/mail/outbox.js'
import { errorCode, errorText, OperatorError } from '../operator-error.js'
import { reportName } from '../report/day-report.js'
import { lastMailed } from '../report/mailed-reports.js'
import { writeServer1Sign, type Server1Sign } from '../spool/server-1-sign.js'
import { DAY_MS, dayName, dayOf } from '../utc.js'
import { dayFolder } from '../vault/archive-names.js'
import { readBook } from '../vault/book.js'
import { bookedHours } from '../vault/booked-hours.js'
import type { HourContext } from './hour-context.js'

/**
 * Leave a sign of life for server 2, which sync fetches: server 1's heartbeat with its last hour, report and mail. A run
 * of process-hour ends with it. What can't be read is left out of it, what can't be written is logged; never thrown.
 */
export async function leaveServer1Heartbeat(context: HourContext, stateFolder: string): Promise<void> {
  const [, spool2] = context.spools
  if (!spool2) return
  try {
    await writeServer1Sign(spool2.folder, await signOf(context, stateFolder))
  } catch (error) {
    if (errorCode(error) === undefined && !(error instanceof OperatorError)) throw error
    context.log.warn({ reason: errorText(error) }, 'server 1 could not leave its heartbeat for server 2')
  }
}

async function signOf({ spools, vault, clock, version }: HourContext, stateFolder: string): Promise<Server1Sign> {
  const lastHour = (await bookedHours(vault.folder)).at(-1)
  const waiting = await waitingMails(stateFolder)
  const since = waiting[0]?.since
  return {
    written_at: new Date(clock.now()).toISOString(),
    version,
    heartbeat: await readable(presentHeartbeat(spools[0].folder, clock)),
    last_hour: lastHour === undefined ? null : await hourSign(vault.folder, lastHour),
    last_report: lastHour === undefined ? null : await lastReport(vault.folder, dayOf(lastHour)),
    last_mail: await readable(lastMailed(stateFolder)),
    mails_waiting: waiting.length,
    mails_waiting_since: since === undefined ? null : new Date(since).toISOString(),
  }
}

async function hourSign(vault: string, hour: number): Promise<Server1Sign['last_hour']> {
  const book = await readable(readBook(vault, hour))
  const archivedAt = book?.revisions.at(-1)?.at
  return book && archivedAt !== undefined ? { hour: book.hour, revision: book.revision, archived_at: archivedAt } : null
}

/** A day's first hour is archived before its report is written: then the last one is of the day before. */
async function lastReport(vault: string, lastDay: number): Promise<string | null> {
  for (const day of [lastDay, lastDay - DAY_MS])
    if ((await namesIn(dayFolder(vault, day))).includes(reportName(day))) return dayName(day)
  return null
}

/** Damaged is as good as none here: whoever needs the file tells of it. */
async function readable<Value>(reading: Promise<Value | undefined>): Promise<Value | null> {
  const value = await reading.catch((error: unknown) => {
    if (!(error instanceof OperatorError)) throw error
    return undefined
  })
  return value ?? null
}
