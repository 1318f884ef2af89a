import { parseMinuteFileName } from '../spool/minute-name.js'
import { dayOf, hourName } from '../utc.js'
import { alone, leaveForNextRun } from './alone.js'
import type { HourFacts, HourPlan } from './hour-plan.js'
import type { Push, Work } from './push-hours.js'
import { removeEmptyHour } from './removal.js'
import { remoteRoom, type RemoteRoom } from './remote-room.js'
import { planRoom, type HourNeed } from './room-plan.js'
import { clearLeftovers, sendFiles, sendHour, type Sending } from './send-hour.js'
import { NoRoomError } from './sync-fault.js'

/** Send what the hours want sent, oldest first, as far as server 1 has room. What waits for room is told once. */
export async function sendAll(work: readonly Work[], push: Push): Promise<void> {
  for (const { facts, plan } of work)
    await alone(hourName(plan.hour), push, () => clearLeftovers(plan.hour, facts.there, push.remote))
  const isSending = work.some(({ plan }) => plan.send.length > 0)
  const room = isSending ? await remoteRoom(push.remote) : undefined
  const counts = room && planRoom(work.map(needOf), room.freeBytes - room.reserveBytes)
  const sendOne = hourSender(work, push)
  const waiting: HourPlan[] = []
  let full: NoRoomError | undefined
  for (const { plan } of work) {
    const count = full ? 0 : (counts?.get(plan.hour) ?? (counts ? 0 : plan.send.length))
    const isPart = count < plan.send.length
    if (isPart) waiting.push(plan)
    if (isPart && count === 0) continue
    await alone(hourName(plan.hour), push, async () => {
      await sendOne(plan, count).catch((error: unknown) => {
        if (!(error instanceof NoRoomError) || plan.send.length === 0) throw error
        full = error
        if (!isPart) waiting.push(plan)
      })
    })
  }
  tellWaiting(waiting, room, full, push)
}

const needOf = ({ facts, plan }: Work): HourNeed => ({
  hour: plan.hour,
  sizes: plan.send.map(({ bytes }) => bytes),
  thereBytes: wholeBytes(facts),
})

const wholeBytes = ({ there }: HourFacts): number =>
  [...there].reduce((sum, [name, { bytes }]) => sum + (parseMinuteFileName(name)?.open === false ? (bytes ?? 0) : 0), 0)

/** Sends an hour: the first `count` of its files, and its batch where these are all. */
function hourSender(work: readonly Work[], { remote, settings, finished, totals, progress, nowMs, log }: Push) {
  const spool = settings.spool.folder
  const files = work.reduce((sum, { plan }) => sum + plan.send.length, 0)
  return async (plan: HourPlan, count: number): Promise<void> => {
    const hour = hourName(plan.hour)
    finished.set(plan.hour, false)
    const sent: Sending['sent'] = ({ bytes }) => {
      totals.sent.files += 1
      totals.sent.bytes += bytes
      progress?.(totals.sent.files, files, hour)
    }
    if (count < plan.send.length) {
      await sendFiles(plan.hour, plan.send.slice(0, count), { remote, spool, sent })
      return
    }
    await sendHour(plan, { remote, spool, sent })
    if (plan.send.length > 0) log.info({ hour, files: plan.send.length }, 'sent')
    if (plan.batch) totals.batches += 1
    finished.set(plan.hour, plan.finished)
    if (plan.finished && dayOf(plan.hour) < dayOf(nowMs)) await removeEmptyHour(spool, plan.hour)
  }
}

/** Hours for which there was no room. */
function tellWaiting(
  waiting: readonly HourPlan[],
  room: RemoteRoom | undefined,
  full: NoRoomError | undefined,
  push: Push,
): void {
  const [first, ...others] = waiting.map(({ hour }) => hourName(hour))
  if (first === undefined) return
  const { remote, target } = push
  const bytes = waiting.flatMap(({ send }) => send).reduce((sum, file) => sum + file.bytes, 0)
  const hours = others.length === 0 ? first : `${waiting.length} hours from ${first} to ${others.at(-1)}`
  const what = room
    ? `${remote.address} has ${room.freeBytes} bytes free for ${target.remoteFolder}, of which ${Math.ceil(room.reserveBytes)} are left free`
    : `${remote.address} has no room left in ${target.remoteFolder}`
  const reason =
    full?.message ??
    `${what}; these hours want ${bytes}: they go when process-hour has archived what lies there, or make room there; nothing is lost`
  leaveForNextRun([first, ...others], hours, new NoRoomError(reason), push)
}
