import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import type { Settings } from '../settings/settings.js'
import { bookedHours } from '../vault/booked-hours.js'
import { unseenLosses } from '../vault/lost-notice.js'
import { dayMail } from './day-mail.js'
import { factsOf } from './mailed-reports.js'
import type { ReportToPost } from './post-report.js'
import { writeDayReport } from './write-day-report.js'

export interface ReportContext {
  readonly settings: Settings
  readonly clock: Clock
  readonly log: Log
  /** The collection's first hour; where it is not known, the first that is archived. */
  readonly beginning?: number | undefined
}

/** Bring a day's report up to date, and say what a mail about it would. */
export async function reportOfDay(
  day: number,
  vaultFolder: string,
  { settings, clock, log, beginning }: ReportContext,
): Promise<ReportToPost> {
  const { redundant, timezone } = settings.server
  const found = await writeDayReport({ vaultFolder, day, redundant }, log)
  const [firstBooked = -Infinity] = await bookedHours(vaultFolder)
  const mail = dayMail(found, {
    ...{ redundant, timezone, beginning: beginning ?? firstBooked, nowMs: clock.now() },
    differencePercent: settings.alerts.differencePercent,
    patienceMs: settings.process.waitForServerMs,
    unseenLosses: await unseenLosses(vaultFolder),
  })
  return { day, mail: { ...mail, thread: mail.about }, facts: factsOf(found) }
}
