import type { Clock } from '../clock.js'
import { isFull } from '../durable/disk.js'
import { makeSetFolder } from '../durable/folder.js'
import { writeHeartbeat } from '../health/heartbeat.js'
import type { Log } from '../log.js'
import { errorText } from '../operator-error.js'
import type { Settings } from '../settings/settings.js'
import { Reserve } from '../spool/reserve.js'
import { Spool } from '../spool/spool.js'
import { MINUTE_MS } from '../utc.js'
import { ConnectBudget } from '../x-api/connect-budget.js'
import { sampledStream } from '../x-api/sampled-stream.js'
import { Alarms } from './alarms.js'
import { takeIn } from './intake.js'
import { lastRun } from './last-run.js'
import { tellOfEnd, tellOfStart } from './life-alerts.js'
import { every } from './every.js'
import { Room } from './room.js'
import { makeRounds } from './rounds.js'
import { statusLine } from './status-line.js'
import type { Notify } from './systemd-notify.js'
import { whenThereIsRoom } from './start-on-full-disk.js'
import { inTurn, together } from './together.js'
import { covered, heartbeatOf, isAlive, newborn, type VitalSigns } from './vital-signs.js'
import { watchOver } from './watch.js'

export interface CollectContext {
  readonly settings: Settings
  /** Read the app's bearer token: anew before each connect. */
  readonly token: () => Promise<string>
  /** Read the mail server's password: anew before mails are sent; `undefined` where `[mail] user` is not set. */
  readonly mailPassword: () => Promise<string | undefined>
  /** See `sampledStream`. */
  readonly changed?: () => AbortSignal
  /** systemd loads the token at the start alone; see `takeIn`. */
  readonly endsWhenRefused?: boolean
  /** Why nothing of the log can be written any more. */
  readonly logLost?: () => string | undefined
  /** This program's. */
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  /** Aborts when the collector is to stop. */
  readonly signal: AbortSignal
  readonly notify?: Notify | undefined
}

/**
 * Keep one connection to the stream and file what it brings, until the signal aborts; then seal and return, within two
 * seconds. After a crash the next start adopts what is open and asks for backfill. Where there is mail, somebody is told
 * of what goes wrong.
 * @throws OperatorError with exit code 75 where another collector has the spool; else what has ended one of the loops,
 *   after sealing what can be sealed
 */
export async function collect(context: CollectContext): Promise<void> {
  const { settings, mailPassword: password, clock, log } = context
  const { mail, server } = settings
  const alarms = new Alarms({ postman: mail && { mail, password }, server, clock, log })
  try {
    await collectAndTell(context, alarms)
  } catch (error) {
    await tellOfEnd(alarms, error)
    throw error
  }
}

async function collectAndTell(context: CollectContext, alarms: Alarms): Promise<void> {
  const { settings, clock, log, version } = context
  const { folder } = settings.spool
  const { number: server, timezone } = settings.server
  const opened = await whenThereIsRoom(() => open(context), { ...context, spoolFolder: folder, timezone, alarms })
  if (!opened) return
  const { budget, last, reserve, spool } = opened
  tellOfStart(alarms, last, { nowMs: clock.now(), timezone })
  log.info({ spool: folder, server, version }, 'collecting')
  const vitals = newborn({ server, version, coveredUntil: last.coveredUntil }, clock.now())
  vitals.lacksReserve = !(await reserve.make())
  if (vitals.lacksReserve) log.warn({ spool: folder }, 'the disk has no room for the reserve')
  await runLoops(context, { spool, reserve, budget, vitals, alarms })
  log.info(vitals.totals, 'stopped')
}

/** What a collector works with, all of it on the disk. */
async function open(context: CollectContext) {
  const { settings, clock, log } = context
  const { folder, reserveBytes } = settings.spool
  const budget = await ConnectBudget.open(settings.server.stateFolder, { clock, log })
  await makeSetFolder(folder, '[spool] folder')
  const last = await lastRun(folder, clock.now(), log)
  const reserve = new Reserve(folder, reserveBytes)
  return { budget, last, reserve, spool: await openSpool(context, reserve) }
}

/** On a full disk adopting what is open may need the room that the reserve holds. */
async function openSpool({ settings, version, clock, log }: CollectContext, reserve: Reserve): Promise<Spool> {
  const { folder, lateMs } = settings.spool
  const options = { folder, lateMs, version, clock, log }
  try {
    return await Spool.open(options)
  } catch (error) {
    if (!isFull(error) || !(await reserve.giveUp())) throw error
    return Spool.open(options)
  }
}

interface Parts {
  readonly spool: Spool
  readonly reserve: Reserve
  readonly budget: ConnectBudget
  readonly vitals: VitalSigns
  readonly alarms: Alarms
}

async function runLoops(context: CollectContext, { spool, reserve, budget, vitals, alarms }: Parts): Promise<void> {
  const { settings, clock, log, signal, notify } = context
  const { server, version, coveredUntil } = vitals
  const { folder: spoolFolder } = settings.spool
  const { timezone } = settings.server
  const room = new Room({ spool, reserve, vitals, clock, log })
  const { endsWhenRefused = false, logLost } = context
  const leastFreePercent = settings.alerts.diskFreePercent
  const overseen = watchOver({ vitals, spool, spoolFolder, timezone, leastFreePercent, endsWhenRefused, alarms })
  const isMinute = every(MINUTE_MS)
  const watch = async (nowMs: number) => {
    notify?.status(statusLine(vitals, spool.openMinutes))
    if (vitals.lacksReserve && vitals.pausedSince === undefined && isMinute(nowMs)) await room.keepReserve()
    return overseen(nowMs)
  }
  const { silenceMs } = settings.x
  const stream = (until: AbortSignal) => sampledStream({ ...context, x: settings.x, budget, coveredUntil }, until)
  using _watchdog = notify?.guard(() => isAlive(vitals, clock.now()))
  notify?.ready()
  let asItShould = false
  await inTurn([
    () => room.despiteFullDisk(() => spool.journal({ event: 'started', version, server, ...covered(coveredUntil) })),
    async () => {
      await together(
        [
          (until) => takeIn(stream(until), { spool, room, vitals, clock, log, endsWhenRefused }, until),
          (until) => makeRounds({ spool, spoolFolder, room, silenceMs, vitals, clock, log, watch, logLost }, until),
          (until) => alarms.run(until),
        ],
        signal,
      )
      asItShould = true
    },
    () => {
      notify?.stopping()
      return room.despiteFullDisk(() => spool.journal({ event: 'stopped' }))
    },
    () => spool.close(),
    () => {
      if (asItShould) vitals.connection = 'stopped'
      // Everything is sealed by now: a heartbeat that gets old is all that is wrong.
      return writeHeartbeat(spoolFolder, heartbeatOf(vitals, spool.openMinutes, clock.now())).catch(
        (error: unknown) => {
          log.warn({ folder: spoolFolder, error: errorText(error) }, 'cannot write the heartbeat')
        },
      )
    },
  ])
}
