import { freeSpace } from '../durable/disk-space.js'
import type { Settings, SyncSettings } from '../settings/settings.js'
import { firstKeptDay, LONGEST_KEEP_MS } from '../spool/kept-records.js'
import { hourName } from '../utc.js'
import { alone, type Telling } from './alone.js'
import type { FinishedHours } from './finished-hours.js'
import { factsOf, type Sources } from './hour-facts.js'
import { planHour, type HourFacts, type HourPlan } from './hour-plan.js'
import { inLanes } from './lanes.js'
import type { LocalHour } from './local-spool.js'
import { RemoteReceipts } from './remote-receipts.js'
import type { RemoteSpool } from './remote-spool.js'
import { removeReceipted } from './removal.js'
import { SealedEvents } from './sealed-events.js'
import { sendAll } from './send-all.js'

/** Hours that are asked about at once. */
const LANES = 4

export interface Push extends Telling {
  readonly settings: Settings
  readonly target: SyncSettings
  readonly remote: RemoteSpool
  readonly finished: FinishedHours
  /** Told what an operator should look after. */
  readonly warn: (sentence: string) => void
  /** The moment as of which the spool was listed. */
  readonly nowMs: number
  readonly progress: ((done: number, of: number, what: string) => void) | undefined
}

export interface Work {
  readonly facts: HourFacts
  readonly plan: HourPlan
}

/** Bring every hour that is not finished as far as it goes, oldest first: remove what is safe, send what is missing. */
export async function pushHours(hours: readonly LocalHour[], push: Push): Promise<void> {
  const { settings, remote, finished, nowMs } = push
  const spool = settings.spool.folder
  const receipts = new RemoteReceipts(remote, push.log, nowMs)
  await alone("server 1's receipts", push, () => receipts.list())
  const answeredFrom = firstKeptDay(nowMs)
  const due = hours.filter((local) => !isEmpty(local) || (local.hour >= answeredFrom && !finished.has(local.hour)))
  if (receipts.areKnown)
    tellOfGone(
      hours.filter((local) => !due.includes(local) && local.hour >= answeredFrom && !receipts.has(local.hour)),
      push,
    )
  const sealed = new SealedEvents()
  await alone('journal', push, () => sealed.read(spool, due[0]?.hour ?? Infinity))
  const work = await planWork(due, { spool, sealed, remote, receipts }, push)
  for (const { facts, plan } of work) await alone(hourName(plan.hour), push, () => removeSafe(facts, plan, push))
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
      const facts = await factsOf(local, sources, nowMs)
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
