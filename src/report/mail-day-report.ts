import { waitingMails } from '../health/mail/outbox.js'
import { sendWaitingMails } from '../health/mail/send-waiting-mails.js'
import { inStateFolder } from '../health/mail/state-folder.js'
import { ExitCode, OperatorError } from '../operator-error.js'
import { DAY_MS, dayName, dayOf } from '../utc.js'
import { mailedBefore, notedInMemory, owedDays } from './mailed-reports.js'
import { postReport, type ReportToPost } from './post-report.js'
import { reportOfDay, type ReportContext } from './report-of-day.js'

export interface MailDayReportOptions extends ReportContext {
  /** The mail server's; only where `[mail] user` is set. */
  readonly password: string | undefined
  /** A UTC day's beginning, in ms; yesterday unless told. */
  readonly day?: number | undefined
  /** Mail the report also where that has been done. */
  readonly again?: boolean | undefined
}

export interface MailedReport {
  /** `2026-11-21` */
  readonly day: string
  /** `pending`: it is in the outbox, or could not even be put there; the log says why. `off`: mail is not enabled. */
  readonly mail: 'sent' | 'pending' | 'mailed-before' | 'off'
  /** Mails still in the outbox, older ones too. */
  readonly waiting: number
  readonly subject: string
  /** What the mail says, or would say. */
  readonly text: string
}

/**
 * Bring a day's report up to date and mail it, with whatever else waits. The mail is durably in the outbox before it is
 * sent; what goes wrong from there on is logged, never thrown. A day is mailed
 * once, and again as a correction where its hours have changed since.
 * @throws OperatorError (exit code 2) on a server without a vault
 */
export async function mailDayReport(options: MailDayReportOptions, signal: AbortSignal): Promise<MailedReport> {
  const { settings, clock, log } = options
  if (!settings.vault)
    throw new OperatorError('server 2 has no archive to report on: run collector report on server 1', {
      exitCode: ExitCode.usage,
    })
  const day = options.day ?? dayOf(clock.now()) - DAY_MS
  const report = await reportOfDay(day, settings.vault.folder, options)
  const outcome = await post(report, options, signal).catch((error: unknown) => {
    if (!(error instanceof OperatorError)) throw error
    log.error({ about: report.mail.about }, `mail not sent: ${error.message}`)
    return { mail: 'pending' as const, waiting: 0 }
  })
  const { subject, text } = report.mail
  return { day: dayName(day), subject, text, ...outcome }
}

async function post(
  report: ReportToPost,
  { settings, password, clock, log, again = false }: MailDayReportOptions,
  signal: AbortSignal,
): Promise<Pick<MailedReport, 'mail' | 'waiting'>> {
  if (!settings.mail) return { mail: 'off', waiting: 0 }
  const { stateFolder } = settings.server
  const isNew = await inStateFolder(stateFolder, () => postReport(stateFolder, report, { nowMs: clock.now(), again }))
  const memory = isNew ? await notedInMemory(stateFolder) : undefined
  if (memory !== undefined)
    log.warn(
      { about: report.mail.about, folder: memory },
      `${stateFolder} can't be written: that this report is mailed is noted in memory only, and after a restart it is mailed once more`,
    )
  const { waiting } = await sendWaitingMails({ mail: settings.mail, password, stateFolder, clock, log }, signal)
  const stillThere = (await waitingMails(stateFolder)).some(({ about }) => about === report.mail.about)
  return { mail: stillThere ? 'pending' : isNew ? 'sent' : 'mailed-before', waiting }
}

/**
 * Put into the outbox the reports of these days that were mailed before and tell something else now, and those that
 * are owed. To be called by whoever changes books. @throws OperatorError where the state folder cannot be used, or its note of mails is damaged
 */
export async function correctReports(days: readonly number[], options: ReportContext): Promise<void> {
  const { settings, clock } = options
  const { vault, mail, server } = settings
  if (!vault || !mail) return
  await inStateFolder(server.stateFolder, async () => {
    const owed = new Set(await owedDays(server.stateFolder))
    for (const day of new Set([...days, ...owed])) {
      if (!owed.has(day) && !(await mailedBefore(server.stateFolder, day))) continue
      const report = await reportOfDay(day, vault.folder, options)
      await postReport(server.stateFolder, report, { nowMs: clock.now(), again: false })
    }
  })
}
