import { crashPoint } from '../durable/crash-point.js'
import { sendWaitingMails } from '../health/mail/send-waiting-mails.js'
import { errorText, ExitCode, OperatorError } from '../operator-error.js'
import { describePublished, publishDays, type PublishedDays } from '../publish/publish-days.js'
import { writeDayReport } from '../report/write-day-report.js'
import type { Settings } from '../settings/settings.js'
import type { HourContext } from './hour-context.js'
import { daysTouched, hoursExitCode, processHours, type HourProgress, type HoursDone } from './process-hours.js'
import type { Scope } from './scope.js'

/** What a run of process-hour did. */
export interface RunResult extends HoursDone {
  /** `undefined` where nothing is published: no OSF, or not wanted. */
  readonly published: PublishedDays | undefined
}

export interface RunOptions {
  readonly settings: Settings
  readonly publishes: boolean
  readonly osfToken: () => Promise<string>
  readonly mailPassword: () => Promise<string | undefined>
  readonly random: () => number
  /** All hours where it is left out. */
  readonly scope?: Scope
}

/**
 * One run of process-hour: every hour that is due, then the day reports, then OSF, then mails that wait. Faults of the
 * later steps are logged and told; they never touch the archive.
 * @throws OperatorError with exit code 75 where another run is at it
 */
export async function runProcessHour(
  context: HourContext,
  options: RunOptions,
  progress: HourProgress,
): Promise<RunResult> {
  const done = await processHours(context, progress, options.scope)
  const { vault, redundant, clock, log } = context
  crashPoint('archive-before-report')
  for (const day of daysTouched(done, clock.now()))
    await writeDayReport({ vaultFolder: vault.folder, day, redundant }, log)
  const published = await publishIfWanted(context, options)
  await sendMails(context, options)
  return { ...done, published }
}

async function publishIfWanted(context: HourContext, options: RunOptions): Promise<PublishedDays | undefined> {
  const { settings, publishes, osfToken, random } = options
  if (!settings.osf || !publishes) return undefined
  const { clock, log, signal, vault } = context
  const { stateFolder } = settings.server
  const own = { vault: vault.folder, settings: settings.osf, token: osfToken, stateFolder, random }
  try {
    return await publishDays({ ...own, clock, log, signal })
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    log.warn(`nothing is published: ${error.message}`)
    return { uploaded: 0, unchanged: 0, failed: [{ remote: '', reason: error.message }] }
  }
}

async function sendMails({ clock, log, signal }: HourContext, { settings, mailPassword }: RunOptions): Promise<void> {
  const { mail, server } = settings
  if (!mail) return
  try {
    const postman = { mail, password: await mailPassword(), stateFolder: server.stateFolder, clock, log }
    await sendWaitingMails(postman, signal)
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    log.error(`no mail is sent: ${errorText(error)}`)
  }
}

/** 1 where an hour failed, 3 where something is left for the next run, else 0. */
export function runExitCode(result: RunResult): ExitCode {
  const code = hoursExitCode(result)
  const isPending = (result.published?.failed.length ?? 0) > 0
  return code === ExitCode.done && isPending ? ExitCode.partial : code
}

/** The result in lines for a person. */
export function describeRun({ archived, waiting, failed, lost, published }: RunResult): string {
  const lines = [
    ...archived.map(({ hour, revision, tweets, missing_servers }) => {
      const without = missing_servers.map((server) => `, without server ${server}`).join('')
      return `${hour}  archived: ${tweets} tweets${revision > 1 ? `, revision ${revision}` : ''}${without}`
    }),
    ...waiting.map(({ hour, reason }) => `${hour}  waiting: ${reason}`),
    ...failed.map(({ hour, reason }) => `${hour}  failed: ${reason}`),
    ...lost.map((hour) => `${hour}  has lost files of server 1: see its _lost.txt in the vault, and remove that`),
    ...(published ? [describePublished(published)] : []),
  ]
  return `${lines.join('\n') || 'nothing was due'}\n`
}
