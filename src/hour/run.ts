import { crashPoint } from '../durable/crash-point.js'
import { sendWaitingMails } from '../health/mail/send-waiting-mails.js'
import { inStateFolder } from '../health/mail/state-folder.js'
import { errorText, ExitCode, OperatorError } from '../operator-error.js'
import { describePublished, publishDays, type PublishedDays } from '../publish/publish-days.js'
import { writeDayReport } from '../report/write-day-report.js'
import type { Settings } from '../settings/settings.js'
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
 * One run of process-hour: every hour that is due, then the day reports, OSF, mails, and a sign for server 2. Faults of the
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
  const result = { ...done, published: await publishIfWanted(context, options) }
  await sendMails(result, context, options)
  await removeOldRecords(context)
  await leaveServer1Heartbeat(context, options.settings.server.stateFolder)
  return result
}

async function publishIfWanted(context: HourContext, options: RunOptions): Promise<PublishedDays | undefined> {
  const { settings, publishes, osfToken, random } = options
  if (!settings.osf || !publishes) return undefined
  const { clock, log, signal, vault, version } = context
  const { stateFolder } = settings.server
  const own = { vault: vault.folder, settings: settings.osf, token: osfToken, stateFolder, random }
  try {
    return await publishDays({ ...own, version, clock, log, signal })
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    log.warn(`nothing is published: ${error.message}`)
    return { uploaded: 0, unchanged: 0, failed: [{ remote: '', reason: error.message }] }
  }
}

/** Mail what the run shows, and what waits from before. */
async function sendMails(
  result: RunResult,
  { clock, log, signal }: HourContext,
  { settings, mailPassword }: RunOptions,
): Promise<void> {
  const { mail, server } = settings
  if (!mail) return
  const { stateFolder, number } = server
  try {
    await inStateFolder(stateFolder, () =>
      tellTrouble(result, { stateFolder, sender: `collector server ${number}`, clock }),
    )
    const postman = { mail, password: await mailPassword(), stateFolder, clock, log }
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
export function describeRun({ archived, renewed, waiting, failed, lost, passed_over, published }: RunResult): string {
  const lines = [
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
  if (published && published.uploaded + published.failed.length > 0) lines.push(describePublished(published))
  return `${lines.join('\n')}\n`
}
