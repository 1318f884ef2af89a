import type { Clock } from '../clock.js'
import { holderOf, takeLock, type Lock } from '../durable/lock.js'
import type { Log } from '../log.js'
import { errorCode, ExitCode, OperatorError } from '../operator-error.js'
import type { Settings, SyncSettings } from '../settings/settings.js'
import { adoptOrphans } from '../spool/adopt.js'
import { removeOutdatedRecords } from '../spool/kept-records.js'
import { alone } from './alone.js'
import { Connection } from './connection.js'
import { diskFacts, diskWarning } from './disk-outlook.js'
import { FinishedHours } from './finished-hours.js'
import { localHours } from './local-spool.js'
import { pushHours } from './push-hours.js'
import { RECORD_FOLDERS, sendHeartbeat, sendRecords } from './records.js'
import { RemoteSpool } from './remote-spool.js'
import { fetchServer1Sign, keepServer1Sign, server1Warnings } from './server-1-watch.js'
import { noTotals, type SyncTotals } from './sync-totals.js'

export type SyncResult = Readonly<SyncTotals>

export interface SyncContext {
  readonly settings: Settings
  readonly clock: Clock
  readonly log: Log
  /** This program's, told to server 1 in the greeting. */
  readonly version: string
  /** Where systemd says which credentials it hands over. */
  readonly env?: NodeJS.ProcessEnv
  /** Minute files sent of those that are due, and the hour that is under way. */
  readonly progress?: (done: number, of: number, what: string) => void
  /** Told what an operator should look after, in whole sentences; the log, unless there is somebody else. */
  readonly warn?: (sentence: string) => void
  readonly signal: AbortSignal
}

/**
 * Push everything that server 2 has sealed and server 1 has no receipt for, and remove what it has a receipt for. May run
 * at any time and break off at any time: what is not done is done by the next run. To be stopped is no error.
 * @throws OperatorError exit code 75 where another run is at work or server 1 can't be reached
 */
export async function sync(context: SyncContext): Promise<SyncResult> {
  const { settings, signal } = context
  if (!settings.sync)
    throw new OperatorError(`${settings.file} has no [sync]: sync runs on server 2 of two`, {
      exitCode: ExitCode.usage,
    })
  await using _lock = await lockSpool(settings.spool.folder, context.clock)
  const totals = noTotals()
  try {
    await pushSpool(context, settings.sync, totals)
  } catch (error) {
    if (!signal.aborted) throw error
    totals.stopped = true
  }
  return totals
}

export const syncExitCode = ({ failed }: SyncResult): ExitCode => (failed.length > 0 ? ExitCode.partial : ExitCode.done)

async function lockSpool(folder: string, clock: Clock): Promise<Lock> {
  const lock = await takeLock(folder, 'sync', clock).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error
    throw new OperatorError(`there is no spool at ${folder}: start collect on this server, or correct [spool] folder`)
  })
  if (lock) return lock
  throw new OperatorError(
    `another sync is at work on ${folder} (${holderOf(folder, 'sync')}): this one has nothing to do`,
    { exitCode: ExitCode.temporary },
  )
}

/**
 * The spool is listed before the journals go, and the journals go before the batches: whatever a batch lists, its journal
 * is there already.
 */
async function pushSpool(context: SyncContext, target: SyncSettings, totals: SyncTotals): Promise<void> {
  const { settings, clock, log, signal, progress } = context
  const { folder } = settings.spool
  const telling = { log, totals }
  const warn = (sentence: string) => {
    if (context.warn) context.warn(sentence)
    else log.warn(sentence)
    totals.warnings.push(sentence)
  }
  await alone('files that a dead collector left', telling, () => adoptOrphans({ folder, clock, log }))
  const nowMs = clock.now()
  await alone('records that are too old', telling, async () => {
    await removeOutdatedRecords(folder, nowMs)
  })
  const hours = await localHours(folder, nowMs, (what, work) => alone(what, telling, work))
  const finished = await FinishedHours.read(
    settings.server.stateFolder,
    { from: hours[0]?.hour ?? nowMs, to: nowMs },
    log,
  )
  await alone('free space of this server', telling, async () => {
    const disk = diskWarning(folder, await diskFacts(settings, hours, finished, nowMs), nowMs)
    if (disk !== undefined) warn(disk)
  })
  signal.throwIfAborted()
  await using connection = await Connection.open(target, context, signal)
  const remote = await RemoteSpool.open(connection)
  await alone("server 1's heartbeat", telling, async () => {
    const found = await fetchServer1Sign(remote)
    if (!found) return
    server1Warnings(found.sign, nowMs).forEach(warn)
    await keepServer1Sign(folder, found.text)
  })
  for (const records of RECORD_FOLDERS) await alone(records, telling, () => sendRecords(remote, folder, records))
  await pushHours(hours, { settings, target, remote, finished, log, warn, nowMs, totals, progress })
  await alone('heartbeat', telling, () => sendHeartbeat(remote, folder))
  if (totals.denied && totals.sent.files + totals.batches + totals.removed === 0) throw totals.denied
}
