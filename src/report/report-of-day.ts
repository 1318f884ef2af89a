import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import type { Settings } from '../settings/settings.js'
import { bookedHours } from '../vault/booked-hours.js'
import { unseenLosses } from '../vault/lost-notice.js'
import { dayMail } from './day-mail.js'
import { factsOf } from './mailed-reports.js'
import type { ReportToPost } from './post-report.js'
import { writeDayReport } from './write-day-report.js'

/** Bring a day's report up to date, and say what a mail about it would. */
export async function reportOfDay(
  day: number,
  vaultFolder: string,
  { settings, clock, log }: { settings: Settings; clock: Clock; log: Log },
): Promise<ReportToPost> {
  const { redundant, timezone } = settings.server
  const found = await writeDayReport({ vaultFolder, day, redundant }, log)
  const [beginning = -Infinity] = await bookedHours(vaultFolder)
  const mail = dayMail(found, {
    ...{ redundant, timezone, beginning, nowMs: clock.now() },
    differencePercent: settings.alerts.differencePercent,
    patienceMs: settings.process.waitForServerMs,
    unseenLosses: await unseenLosses(vaultFolder),
  })
  return { day, mail: { ...mail, thread: mail.about }, facts: factsOf(found) }
}
