import { freeSpace } from '../durable/disk-space.js'
import { CorruptStateError } from '../durable/state-file.js'
import type { Log } from '../log.js'
import { errorCode, errorText, ExitCode, OperatorError } from '../operator-error.js'
import type { Settings, SyncSettings } from '../settings/settings.js'
import { firstKeptDay, LONGEST_KEEP_MS } from '../spool/kept-records.js'
import { dayOf, hourName } from '../utc.js'
import type { FinishedHours } from './finished-hours.js'
import { factsOf, type Sources } from './hour-facts.js'
import { planHour, type HourFacts, type HourPlan } from './hour-plan.js'
import { inLanes } from './lanes.js'
import type { LocalHour } from './local-spool.js'
import { RemoteReceipts } from './remote-receipts.js'
import type { RemoteSpool } from './remote-spool.js'
import { removeEmptyHour, removeReceipted } from './removal.js'
import { SealedEvents } from './sealed-events.js'
import { leftovers, sendHour } from './send-hour.js'
import { addressOf, RefusedFileError } from './sync-fault.js'
import type { SyncTotals } from './sync-totals.js'

/** Hours that are asked about at once. */
const LANES = 4

export interface Push {
  readonly settings: Settings
  readonly target: SyncSettings
  readonly remote: RemoteSpool
  readonly finished: FinishedHours
  readonly log: Log
  /** Told what an operator should look after. */
  readonly warn: (sentence: string) => void
  /** The moment as of which the spool was listed. */
  readonly nowMs: number
  readonly totals: SyncTotals
  readonly progress: ((done: number, of: number, what: string) => void) | undefined
}

interface Work {
  readonly facts: HourFacts
  readonly plan: HourPlan
}

/** Bring every hour that is not finished as far as it goes, oldest first: remove what is safe, send what is missing. */
export async function pushHours(hours: readonly LocalHour[], push: Push): Promise<void> {
  const { settings, remote, finished, log } = push
  const receipts = await RemoteReceipts.list(remote, log)
  const answeredFrom = firstKeptDay(push.nowMs)
  const due = hours.filter((local) => !isEmpty(local) || (local.hour >= answeredFrom && !finished.has(local.hour)))
  tellOfGone(
    hours.filter((local) => !due.includes(local) && local.hour >= answeredFrom && !receipts.has(local.hour)),
    push,
  )
  const spool = settings.spool.folder
  const sealed = await SealedEvents.since(spool, due[0]?.hour ?? Infinity)
  const work = await planWork(due, { spool, sealed, remote, receipts }, push)
  for (const { facts, plan } of work) await alone(hourName(plan.hour), push, () => removeSafe(facts, plan, push))
  await checkSpace(work, push)
  try {
    await sendAll(work, push)
  } finally {
    await alone('notes on finished hours', push, () => finished.write())
  }
}

const isEmpty = ({ sealed, firstOpen }: LocalHour): boolean => sealed.length === 0 && firstOpen === undefined

/** Hours that were finished, whose receipts server 1 has withdrawn since, and of which nothing is kept here to be sent again. */
function tellOfGone([first, ...others]: readonly LocalHour[], { warn }: Push): void {
  if (!first) return
  warn(
    `server 1 has withdrawn its receipts of ${others.length + 1} hours from ${hourName(first.hour)} on, of which ` +
      'nothing is kept here any more: look there at what verify says',
  )
}

async function planWork(due: readonly LocalHour[], sources: Sources, push: Push): Promise<Work[]> {
  const work: Work[] = []
  const { totals, settings, nowMs } = push
  await inLanes(LANES, due, (local) =>
    alone(hourName(local.hour), push, async () => {
      const facts = await factsOf(local, sources)
      const plan = planHour(facts, { nowMs, lateMs: settings.spool.lateMs })
      work.push({ facts, plan })
      totals.hours += 1
      totals.waiting += plan.waiting.length
      totals.refused += plan.refused.length
    }),
  )
  return work.sort((a, b) => a.plan.hour - b.plan.hour)
}

async function removeSafe({ receipt }: HourFacts, { safe }: HourPlan, push: Push): Promise<void> {
  if (safe.length === 0) return
  const { settings, nowMs, log, totals } = push
  const scarce = (await freeSpace(settings.spool.folder)).percent < settings.alerts.diskFreePercent
  const receipted = new Set(receipt?.files.map(({ sha256 }) => sha256))
  const keepMs = scarce ? 0 : Math.min(push.target.keepMs, LONGEST_KEEP_MS)
  totals.removed += await removeReceipted(safe, receipted, { nowMs, keepMs }, log)
}

/**
 * What earlier runs left half-written there makes room: it is written over, or cleared away.
 * @throws OperatorError where server 1 has no room for what is to be sent
 */
async function checkSpace(work: readonly Work[], { remote, target }: Push): Promise<void> {
  const need = work.flatMap(({ plan }) => plan.send).reduce((sum, { bytes }) => sum + bytes, 0)
  const left = work.flatMap(({ facts }) => leftovers(facts.there)).reduce((sum, { bytes }) => sum + bytes, 0)
  const free = need === 0 ? undefined : await remote.freeBytes()
  if (free === undefined || free + left >= need) return
  throw new OperatorError(
    `${addressOf(target)} has ${free} bytes free for ${target.remoteFolder}, ${need} are to be sent: ` +
      `make room there; nothing was sent, nothing is lost`,
    { exitCode: ExitCode.failed },
  )
}

async function sendAll(work: readonly Work[], push: Push): Promise<void> {
  const { remote, finished, totals, progress, nowMs, log } = push
  const spool = push.settings.spool.folder
  const files = work.reduce((sum, { plan }) => sum + plan.send.length, 0)
  for (const { plan, facts } of work) {
    const hour = hourName(plan.hour)
    finished.set(plan.hour, false)
    await alone(hour, push, async () => {
      await sendHour(plan, facts, { remote, spool }, ({ bytes }) => {
        totals.sent.files += 1
        totals.sent.bytes += bytes
        progress?.(totals.sent.files, files, hour)
      })
      if (plan.send.length > 0) log.info({ hour, files: plan.send.length }, 'sent')
      if (plan.batch) totals.batches += 1
      finished.set(plan.hour, plan.finished)
      if (plan.finished && dayOf(plan.hour) < dayOf(nowMs)) await removeEmptyHour(spool, plan.hour)
    })
  }
}

/** Do a part of the work whose own fault must not stop the rest: it is told, counted, and left for the next run. */
export async function alone(what: string, { log, totals }: Pick<Push, 'log' | 'totals'>, work: () => Promise<void>) {
  try {
    await work()
  } catch (error) {
    if (!standsAlone(error)) throw error
    const reason = reasonOf(error)
    log.error({ what, reason }, 'left for the next run')
    totals.failed.push(what)
    totals.reasons.push(`${what}: ${reason}`)
  }
}

/** A disk that is full or broken here, or a file that can't be read, must not keep the rest from getting away. */
const LOCAL_FAULTS: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EIO', 'ENOENT', 'EACCES']

const reasonOf = (error: unknown): string =>
  error instanceof OperatorError
    ? error.message
    : `${errorText(error)}: look at this server's disk and the file's owner`

const standsAlone = (error: unknown): boolean =>
  error instanceof RefusedFileError || error instanceof CorruptStateError || LOCAL_FAULTS.includes(errorCode(error))
