import type { Clock } from '../clock.js'
import { CorruptStateError } from '../durable/state-file.js'
import { readHeartbeat, writeHeartbeat } from '../health/heartbeat.js'
import type { Log } from '../log.js'
import type { Settings } from '../settings/settings.js'
import { Spool } from '../spool/spool.js'
import { makeSetFolder } from '../durable/folder.js'
import { ConnectBudget } from '../x-api/connect-budget.js'
import { sampledStream } from '../x-api/sampled-stream.js'
import { takeIn } from './intake.js'
import { makeRounds } from './rounds.js'
import type { Notify } from './systemd-notify.js'
import { inTurn, together } from './together.js'
import { heartbeatOf, isAlive, newborn } from './vital-signs.js'

export interface CollectContext {
  readonly settings: Settings
  /** The app's bearer token. */
  readonly token: string
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
 * seconds. After a crash the next start adopts what is open and asks for backfill.
 * @throws OperatorError with exit code 75 where another collector has the spool; else what has ended one of the two
 *   loops, such as a full disk, after sealing what can be sealed
 */
export async function collect(context: CollectContext): Promise<void> {
  const { settings, clock, log, version, signal, notify } = context
  const { folder, lateMs } = settings.spool
  const { number: server, stateFolder } = settings.server
  const budget = await ConnectBudget.open(stateFolder, { clock, log })
  await makeSetFolder(folder, '[spool] folder')
  const coveredUntil = await lastCoverage(folder, log)
  const spool = await Spool.open({ folder, lateMs, version, clock, log })
  const vitals = newborn({ server, version, coveredUntil }, clock.now())
  using _watchdog = notify?.guard(() => isAlive(vitals, clock.now()))
  notify?.ready()
  log.info({ spool: folder, server, version }, 'collecting')

  const stream = (until: AbortSignal) => sampledStream({ ...context, x: settings.x, budget, coveredUntil }, until)
  await inTurn([
    () => spool.journal({ event: 'started', version, server }),
    () =>
      together(
        [
          (until) => takeIn(stream(until), { spool, vitals, clock, log }),
          (until) =>
            makeRounds({ spool, spoolFolder: folder, silenceMs: settings.x.silenceMs, vitals, clock, log }, until),
        ],
        signal,
      ),
    () => {
      notify?.stopping()
      return spool.journal({ event: 'stopped' })
    },
    () => spool.close(),
    () => {
      vitals.connection = 'stopped'
      return writeHeartbeat(folder, heartbeatOf(vitals, spool.openMinutes, clock.now()))
    },
  ])
  log.info(vitals.totals, 'stopped')
}

/** How far the stream was filed before this start. Where that is not to be known it asks for all the backfill there is. */
async function lastCoverage(folder: string, log: Log): Promise<number | undefined> {
  try {
    const until = (await readHeartbeat(folder))?.covered_until
    return until ? Date.parse(until) : undefined
  } catch (error) {
    if (!(error instanceof CorruptStateError)) throw error
    log.warn(`${error.message}; asking for all the backfill there is`)
    return 0
  }
}
