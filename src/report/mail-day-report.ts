import type { Clock } from '../clock.js'
import type { Mail } from '../health/mail/mail.js'
import { putIntoOutbox, waitingMails } from '../health/mail/outbox.js'
import { sendWaitingMails } from '../health/mail/send-waiting-mails.js'
import { inStateFolder } from '../health/mail/state-folder.js'
import type { Log } from '../log.js'
import { ExitCode, OperatorError } from '../operator-error.js'
import type { Settings } from '../settings/settings.js'
import { DAY_MS, dayName, dayOf } from '../utc.js'
import { unseenLosses } from '../vault/lost-notice.js'
import { dayMail } from './day-mail.js'
import { rememberMailed, wasMailed } from './mailed-reports.js'
import { writeDayReport } from './write-day-report.js'

export interface MailDayReportOptions {
  readonly settings: Settings
  /** The mail server's; only where `[mail] user` is set. */
  readonly password: string | undefined
  readonly clock: Clock
  readonly log: Log
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
 * sent; what goes wrong from there on is logged, never thrown. A day is mailed once.
 * @throws OperatorError (exit code 2) on a server without a vault
 */
export async function mailDayReport(options: MailDayReportOptions, signal: AbortSignal): Promise<MailedReport> {
  const { settings, clock, log } = options
  if (!settings.vault)
    throw new OperatorError('server 2 has no archive to report on: run collector report on server 1', {
      exitCode: ExitCode.usage,
    })
  const day = options.day ?? dayOf(clock.now()) - DAY_MS
  const { redundant, timezone } = settings.server
  const found = await writeDayReport({ vaultFolder: settings.vault.folder, day, redundant }, log)
  const { differencePercent } = settings.alerts
  const mail = dayMail(found, {
    ...{ redundant, timezone, differencePercent, nowMs: clock.now() },
    unseenLosses: await unseenLosses(settings.vault.folder),
  })
  const outcome = await post(mail, day, options, signal).catch((error: unknown) => {
    if (!(error instanceof OperatorError)) throw error
    log.error({ about: mail.about }, `mail not sent: ${error.message}`)
    return { mail: 'pending' as const, waiting: 0 }
  })
  return { day: dayName(day), subject: mail.subject, text: mail.text, ...outcome }
}

async function post(
  mail: Mail,
  day: number,
  { settings, password, clock, log, again = false }: MailDayReportOptions,
  signal: AbortSignal,
): Promise<Pick<MailedReport, 'mail' | 'waiting'>> {
  if (!settings.mail) return { mail: 'off', waiting: 0 }
  const { stateFolder } = settings.server
  const before = await inStateFolder(stateFolder, async () => {
    if (!again && (await wasMailed(stateFolder, day))) return true
    await putIntoOutbox(stateFolder, mail, clock.now())
    await rememberMailed(stateFolder, day)
    return false
  })
  const { waiting } = await sendWaitingMails({ mail: settings.mail, password, stateFolder, clock, log }, signal)
  const stillThere = (await waitingMails(stateFolder)).some(({ about }) => about === mail.about)
  return { mail: stillThere ? 'pending' : before ? 'mailed-before' : 'sent', waiting }
}
