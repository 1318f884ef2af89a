import { faultText } from '../durable/owner.js'
import { holderOf, takeLock } from '../durable/lock.js'
import { StrangeEntryError } from '../durable/strange-entry.js'
import { makeSetFolder } from '../durable/folder.js'
import { errorCode, errorText, ExitCode, OperatorError } from '../operator-error.js'
import { adoptOrphans } from '../spool/adopt.js'
import { DAY_MS, dayOf, hourName, parseHourName } from '../utc.js'
import { stateOfHour } from '../vault/book.js'
import { recoverVault } from '../vault/commit.js'
import type { HourState } from '../vault/listening.js'
import { unseenLosses } from '../vault/lost-notice.js'
import type { HourContext } from './hour-context.js'
import { hoursInScope } from './hours-in-scope.js'
import type { PassedOverEntry } from './passed-over.js'
import { readListenings } from './listening/read-listening.js'
import { renewListening } from './listening/renew-listening.js'
import { processHour, type HourOutcome } from './process-hour.js'
import type { Scope } from './scope.js'
import { sealedFiles } from './sealed-files.js'

/** What a run did, by the hours' names. */
export interface HoursDone {
  readonly archived: { hour: string; revision: number; tweets: number; state: HourState; missing_servers: number[] }[]
  /** Hours archived before, of whose listening the journals tell more now. */
  readonly renewed: string[]
  readonly waiting: { hour: string; reason: string }[]
  readonly failed: { hour: string; reason: string }[]
  /** Hours that went ahead without files that are lost, and whose notice nobody has removed yet. */
  readonly lost: string[]
  /** What is strange in the spools, and was not read. */
  readonly passed_over: PassedOverEntry[]
  /** Why this machine's clock is not believed; null where it is. */
  readonly clock: string | null
}

/** Told before each hour and within it, for a progress bar; `done` is a fraction there. */
export type HourProgress = (done: number, of: number, hour: string) => void

/**
 * Deal with every hour that is due. An hour that fails is left as it is and named; the others go on. `atEnd` is called
 * before another run may begin.
 * @throws OperatorError with exit code 75 where another run is at it
 */
export async function processHours(
  context: HourContext,
  progress: HourProgress = () => undefined,
  scope?: Scope,
  atEnd: (done: HoursDone) => Promise<void> = () => Promise.resolve(),
): Promise<HoursDone> {
  const { vault, spools, clock, log, signal, passedOver } = context
  await makeSetFolder(vault.folder, '[vault] folder')
  passedOver.clear()
  await makeSpools(context)
  await using lock = await takeLock(vault.folder, 'process-hour', clock)
  if (!lock)
    throw new OperatorError(
      `another process-hour is at work on ${vault.folder} (${holderOf(vault.folder, 'process-hour')}): ` +
        'nothing to do, it deals with all that is due',
      { exitCode: ExitCode.temporary },
    )
  await recoverVault(vault.folder, log)
  await adoptOrphans({ folder: spools[0].folder, clock, log })
  const { hours, doubt } = await hoursInScope(context, scope)
  const sealed = await sealedFiles(spools[0].folder, hours[0] ?? clock.now(), passedOver.tell)
  const within = { ...context, listenings: await readListenings(context, hours[0] ?? clock.now()) }
  const done: HoursDone = {
    archived: [],
    renewed: [],
    waiting: [],
    failed: [],
    lost: [],
    passed_over: [],
    clock: doubt?.reason ?? null,
  }
  for (const [index, hour] of hours.entries()) {
    signal.throwIfAborted()
    const onBucket = (merged: number, of: number) => {
      progress(index + merged / of, hours.length, hourName(hour))
    }
    onBucket(0, 1)
    await processHour(hour, sealed, within, onBucket).then(
      (outcome) => {
        note(done, hourName(hour), outcome)
      },
      (error: unknown) => {
        signal.throwIfAborted()
        noteFailure(done, hour, error, context)
      },
    )
  }
  done.renewed.push(...(await renewed(context)).map(hourName))
  done.lost.push(...(await unseenLosses(vault.folder)).map(hourName))
  done.passed_over.push(...passedOver.entries)
  await atEnd(done)
  return done
}

/** Server 2 may do with its folder what it likes; that keeps no hour of server 1 waiting for longer than it must. */
async function makeSpools({ spools: [spool1, spool2], passedOver }: HourContext): Promise<void> {
  await makeSetFolder(spool1.folder, spool1.setting)
  if (!spool2) return
  await makeSetFolder(spool2.folder, spool2.setting).catch((error: unknown) => {
    if (!(error instanceof OperatorError)) throw error
    passedOver.tell(
      new StrangeEntryError(spool2.folder, `cannot be used (${errorText(error.cause)}): check ${spool2.setting}`),
    )
  })
}

/** Books that cannot be renewed now are so by a later run. */
const renewed = (context: HourContext): Promise<number[]> =>
  renewListening(context).catch((error: unknown) => {
    context.signal.throwIfAborted()
    if (errorCode(error) === undefined && !(error instanceof OperatorError)) throw error
    context.log.error(`the states of earlier hours are not brought up to date: ${faultText(error)}`)
    return []
  })

function note(done: HoursDone, hour: string, outcome: HourOutcome): void {
  if (outcome.kind === 'waiting') done.waiting.push({ hour, reason: outcome.reason })
  if (outcome.kind !== 'archived') return
  const { revision, archived, missing_servers } = outcome.book
  done.archived.push({ hour, revision, tweets: archived, state: stateOfHour(outcome.book), missing_servers })
}

function noteFailure(done: HoursDone, hour: number, error: unknown, { log }: HourContext): void {
  done.failed.push({ hour: hourName(hour), reason: faultText(error) })
  const isBug = !(error instanceof OperatorError)
  log.error({ hour: hourName(hour), ...(isBug && { err: error }) }, `left as it is: ${faultText(error)}`)
}

/** The days whose report may have changed in this run: those of archived hours, and the last two, lest a crash came between. */
export function daysTouched({ archived, renewed }: HoursDone, nowMs: number): number[] {
  const hours = [...archived.map(({ hour }) => hour), ...renewed]
  const days = hours.map((hour) => dayOf(parseHourName(hour) ?? nowMs))
  return [...new Set([...days, dayOf(nowMs), dayOf(nowMs - DAY_MS)])].sort((a, b) => a - b)
}

/** 0 all done; 1 an hour failed, or has lost files that nobody has seen; 3 a server is missing or waited for, something was passed over, or the clock is wrong. */
export function hoursExitCode({ archived, waiting, failed, lost, passed_over, clock }: HoursDone): ExitCode {
  if (failed.length > 0 || lost.length > 0) return ExitCode.failed
  const isPartial =
    clock !== null ||
    passed_over.length > 0 ||
    waiting.length > 0 ||
    archived.some(({ missing_servers }) => missing_servers.length > 0)
  return isPartial ? ExitCode.partial : ExitCode.done
}
