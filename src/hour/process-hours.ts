import { takeLock } from '../durable/lock.js'
import { makeSetFolder } from '../durable/folder.js'
import { errorText, ExitCode, OperatorError } from '../operator-error.js'
import { adoptOrphans } from '../spool/adopt.js'
import { DAY_MS, dayOf, hourName, parseHourName } from '../utc.js'
import { recoverVault } from '../vault/commit.js'
import type { HourContext } from './hour-context.js'
import { hoursToLookAt } from './hours-to-look-at.js'
import { processHour, type HourOutcome } from './process-hour.js'
import { sealedFiles } from './sealed-files.js'

/** What a run did, by the hours' names. */
export interface HoursDone {
  readonly archived: { hour: string; revision: number; tweets: number; missing_servers: number[] }[]
  readonly waiting: { hour: string; reason: string }[]
  readonly failed: { hour: string; reason: string }[]
}

/** Told before each hour, for a progress bar. */
export type HourProgress = (done: number, of: number, hour: string) => void

/**
 * Deal with every hour that is due. An hour that fails is left as it is and named; the others go on.
 * @throws OperatorError with exit code 75 where another run is at it
 */
export async function processHours(context: HourContext, progress: HourProgress = () => undefined): Promise<HoursDone> {
  const { vault, spools, clock, log, signal } = context
  await makeSetFolder(vault.folder, '[vault] folder')
  for (const { folder, setting } of spools) await makeSetFolder(folder, setting)
  await using lock = await takeLock(vault.folder, 'process-hour')
  if (!lock)
    throw new OperatorError(
      `another process-hour is at work on ${vault.folder}: nothing to do, it deals with all that is due`,
      {
        exitCode: ExitCode.temporary,
      },
    )
  await recoverVault(vault.folder)
  await adoptOrphans({ folder: spools[0].folder, clock, log })
  const hours = await hoursToLookAt(context)
  const sealed = await sealedFiles(spools[0].folder, hours[0] ?? clock.now())
  const done: HoursDone = { archived: [], waiting: [], failed: [] }
  for (const [index, hour] of hours.entries()) {
    signal.throwIfAborted()
    progress(index, hours.length, hourName(hour))
    await processHour(hour, sealed, context).then(
      (outcome) => {
        note(done, hourName(hour), outcome)
      },
      (error: unknown) => {
        signal.throwIfAborted()
        noteFailure(done, hour, error, context)
      },
    )
  }
  return done
}

function note(done: HoursDone, hour: string, outcome: HourOutcome): void {
  if (outcome.kind === 'waiting') done.waiting.push({ hour, reason: outcome.reason })
  if (outcome.kind !== 'archived') return
  const { revision, archived, missing_servers } = outcome.book
  done.archived.push({ hour, revision, tweets: archived, missing_servers })
}

function noteFailure(done: HoursDone, hour: number, error: unknown, { log }: HourContext): void {
  done.failed.push({ hour: hourName(hour), reason: errorText(error) })
  const isBug = !(error instanceof OperatorError)
  log.error({ hour: hourName(hour), ...(isBug && { err: error }) }, `left as it is: ${errorText(error)}`)
}

/** The days whose report may have changed in this run: those of archived hours, and the last two, lest a crash came between. */
export function daysTouched({ archived }: HoursDone, nowMs: number): number[] {
  const days = archived.map(({ hour }) => dayOf(parseHourName(hour) ?? nowMs))
  return [...new Set([...days, dayOf(nowMs), dayOf(nowMs - DAY_MS)])].sort((a, b) => a - b)
}

/** 0 all done; 1 an hour failed; 3 a server is missing or waited for. */
export function hoursExitCode({ archived, waiting, failed }: HoursDone): ExitCode {
  if (failed.length > 0) return ExitCode.failed
  const isPartial = waiting.length > 0 || archived.some(({ missing_servers }) => missing_servers.length > 0)
  return isPartial ? ExitCode.partial : ExitCode.done
}
