import type { Clock } from '../clock.js'
import { isFull } from '../durable/disk.js'
import { localMoment } from '../local-time.js'
import type { Log } from '../log.js'
import { SECOND_MS } from '../utc.js'
import type { Alarms } from './alarms.js'
import { diskFull } from './conditions.js'
import type { Notify } from './systemd-notify.js'

const LOOK_MS = 5 * SECOND_MS

interface Waiting {
  readonly spoolFolder: string
  /** IANA name, for the times that are shown. */
  readonly timezone: string
  readonly alarms: Pick<Alarms, 'note' | 'run'>
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  readonly notify?: Notify | undefined
}

/**
 * What `open` gives, once the disk has room for it: a collector that is started on a full disk waits, as one does that
 * runs, and somebody is told once. `undefined` where the signal aborts before.
 * @throws whatever else `open` throws
 */
export async function whenThereIsRoom<T>(open: () => Promise<T>, waiting: Waiting): Promise<T | undefined> {
  const { clock, signal } = waiting
  await using told = new AsyncDisposableStack()
  for (let isTold = false; !signal.aborted; isTold = true) {
    try {
      return await open()
    } catch (error) {
      if (!isForRoom(error)) throw error
      if (!isTold) tell(waiting, told)
    }
    await clock.sleep(LOOK_MS, signal)
  }
  return undefined
}

function tell(
  { spoolFolder, timezone, alarms, clock, log, signal, notify }: Waiting,
  told: AsyncDisposableStack,
): void {
  log.error({ spool: spoolFolder }, 'the disk is full: waiting for room, nothing is collected until then')
  notify?.ready()
  notify?.status('waiting: the disk is full')
  if (notify) told.use(notify.guard(() => true))
  alarms.note([diskFull(spoolFolder, localMoment(clock.now(), timezone))])
  const begun = new AbortController()
  const running = alarms.run(AbortSignal.any([signal, begun.signal]))
  told.defer(() => {
    begun.abort()
    return running
  })
}

const isForRoom = (error: unknown): boolean =>
  isFull(error) || (error instanceof Error && error.cause !== undefined && isForRoom(error.cause))
