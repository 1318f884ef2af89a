import { crashPoint } from '../durable/crash-point.js'
import { alertPlace } from '../health/alerts.js'
import { sendWaitingMails } from '../health/mail/send-waiting-mails.js'
import { inStateFolder } from '../health/mail/state-folder.js'
import { errorCode, errorText, ExitCode, OperatorError } from '../operator-error.js'
import { describePublished, publishDays, type PublishedDays } from '../publish/publish-days.js'
import { correctReports } from '../report/mail-day-report.js'
import { writeDayReport } from '../report/write-day-report.js'
import type { Settings } from '../settings/settings.js'
import { dayName } from '../utc.js'
import { beginningFor } from './beginning.js'
import type { HourContext } from './hour-context.js'
import { daysTouched, hoursExitCode, processHours, type HourProgress, type HoursDone } from './process-hours.js'
import { removeOldRecords } from './retention.js'
import type { Scope } from './scope.js'
import { leaveServer1Heartbeat } from './server-1-heartbeat.js'
import { tellTrouble } from './trouble.js'

/** What a run of process-hour did. */
export interface RunResult extends HoursDone {
  /** `undefined` where nothing is published: no OSF, or not wanted. */
  readonly published: PublishedDays | undefined
  /** Steps after the archive that failed, and why. */
  readonly faults: readonly string[]
}

export interface RunOptions {
  readonly settings: Settings
  readonly publishes: boolean
  readonly osfToken: () => Promise<string>
  readonly mailPassword: () => Promise<string | undefined>
  readonly random: () => number
  /** A person looks on, who needs no mail about what is seen. */
  readonly attended?: boolean
  /** All hours where it is left out. */
  readonly scope?: Scope
}

/**
 * One run of process-hour: every hour that is due, then the day reports, OSF, mails, and a sign for server 2. Each of the later
 * steps fails by itself: it is logged and told, the next ones go on, and the archive is never touched.
 * @throws OperatorError with exit code 75 where another run is at it
 */
export async function runProcessHour(
  context: HourContext,
  options: RunOptions,
  progress: HourProgress,
): Promise<RunResult> {
  const { vault, redundant, clock, log } = context
  const faults: string[] = []
  const step = stepOf(context, faults)
  const days: number[] = []
  const done = await processHours(context, progress, options.scope, async (ended) => {
    crashPoint('archive-before-report')
    days.push(...daysTouched(ended, clock.now()))
    // Still under the lock: whoever waits for it, as verify does, finds no report that is behind its books.
    for (const day of days)
      await step(`the report of ${dayName(day)} is not written`, () =>
        writeDayReport({ vaultFolder: vault.folder, day, redundant }, log),
      )
  })
  const published = await step('nothing is published', () => publishIfWanted(context, options))
  const result = { ...done, published, faults }
  const { settings } = options
  await step('no report is corrected', async () => {
    await correctReports(days, { settings, clock, log, beginning: await beginningFor(settings, clock.now()) })
  })
  if (options.attended !== true)
    await step('nobody is mailed of what this run shows', () => tell(result, context, settings))
  await step('no mail is sent', () => sendMails(context, options))
  if (done.clock === null) await step('old records are not removed', () => removeOldRecords(context))
  await step('server 2 gets no sign of server 1', () => leaveServer1Heartbeat(context, settings.server.stateFolder))
  return result
}

/** Does a step; what is thrown there is logged, with what came of it, and noted in `faults`. */
const stepOf =
  ({ log, signal }: HourContext, faults: string[]) =>
  async <Value>(consequence: string, work: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      const isKnown = error instanceof OperatorError || errorCode(error) !== undefined
      log.error(isKnown ? {} : { err: error }, `${consequence}: ${errorText(error)}`)
      faults.push(`${consequence}: ${errorText(error)}`)
      return undefined
    }
  }

async function publishIfWanted(context: HourContext, options: RunOptions): Promise<PublishedDays | undefined> {
  const { settings, publishes, osfToken, random } = options
  if (!settings.osf || !publishes) return undefined
  const { clock, log, signal, vault, version } = context
  const { stateFolder } = settings.server
  const own = { vault: vault.folder, settings: settings.osf, token: osfToken, stateFolder, random }
  try {
    const beginning = await beginningFor(settings, clock.now())
    return await publishDays({ ...own, version, clock, log, signal, beginning })
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    log.warn(`nothing is published: ${error.message}`)
    return { uploaded: 0, unchanged: 0, failed: [{ remote: '', reason: error.message }] }
  }
}

/** Put into the outbox what a person must know of the run. */
async function tell(result: RunResult, { clock }: HourContext, { mail, server }: Settings): Promise<void> {
  if (mail) await inStateFolder(server.stateFolder, () => tellTrouble(result, alertPlace(server, clock)))
}

async function sendMails({ clock, log, signal }: HourContext, { settings, mailPassword }: RunOptions): Promise<void> {
  const { mail, server } = settings
  if (!mail) return
  const postman = { mail, password: await mailPassword(), stateFolder: server.stateFolder, clock, log }
  await sendWaitingMails(postman, signal)
}

/** 1 where an hour or a later step failed, 3 where something is left for the next run, else 0. */
export function runExitCode(result: RunResult): ExitCode {
  const code = result.faults.length > 0 ? ExitCode.failed : hoursExitCode(result)
  const isPending = (result.published?.failed.length ?? 0) > 0
  return code === ExitCode.done && isPending ? ExitCode.partial : code
}

/** The result in lines for a person. */
export function describeRun(result: RunResult): string {
  const { archived, renewed, waiting, failed, lost, passed_over, clock, published, faults } = result
  const lines = [
    ...(clock === null ? [] : [clock]),
    ...archived.map(({ hour, revision, tweets, state, missing_servers }) => {
      const without = missing_servers.map((server) => `, without server ${server}`).join('')
      return `${hour}  archived: ${tweets} tweets, ${state}${revision > 1 ? `, revision ${revision}` : ''}${without}`
    }),
    ...renewed.map((hour) => `${hour}  renewed: the journals tell more of when the servers were connected`),
    ...waiting.map(({ hour, reason }) => `${hour}  waiting: ${reason}`),
    ...failed.map(({ hour, reason }) => `${hour}  failed: ${reason}`),
    ...lost.map((hour) => `${hour}  has lost files: see its _lost.txt in the vault, and remove that`),
    ...passed_over.map(({ entry, reason }) => `passed over: ${entry} ${reason}`),
  ]
  if (lines.length === 0) lines.push('nothing was due')
  lines.push(...faults)
  if (published && published.uploaded + published.failed.length > 0) lines.push(describePublished(published))
  return `${lines.join('\n')}\n`
}
