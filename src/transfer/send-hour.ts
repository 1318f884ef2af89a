import { join, posix } from 'node:path'
import { makeFolder } from '../durable/folder.js'
import { BATCH_NAME, writeBatch } from '../spool/batch.js'
import { hourFolder, parseMinuteFileName } from '../spool/minute-name.js'
import { batchText } from './batch-of-hour.js'
import type { DescribedFile, HourFacts, HourPlan } from './hour-plan.js'
import { inLanes } from './lanes.js'
import { Refusals } from './refusals.js'
import { sendFile } from './remote-file.js'
import type { RemoteSpool } from './remote-spool.js'
import { NoRoomError, WriteRefusedError } from './sync-fault.js'

/** Files under way at once: enough to hide the waits for answers between small files. */
const LANES = 4

/** Where an hour goes, and who is told of each file that has arrived. */
export interface Sending {
  readonly remote: RemoteSpool
  /** Server 2's spool here. */
  readonly spool: string
  readonly sent: (file: DescribedFile) => void
}

/**
 * Carry out what an hour's plan has for server 1: its files, then the batch that names them. The copy of the batch in
 * our own spool is written last, as the note that it was sent. A file that is refused keeps the batch back, but not the
 * other files.
 */
export async function sendHour({ hour, send, batch }: HourPlan, sending: Sending): Promise<void> {
  const { remote, spool } = sending
  const folder = hourFolder(hour)
  await sendFiles(hour, send, sending)
  if (!batch) return
  await sendFile(remote, batchText(batch), posix.join(folder, BATCH_NAME))
  await makeFolder(join(spool, folder))
  await writeBatch(spool, hour, batch)
}

/**
 * Send files of an hour. Where a disk is filled by several at once none may get through: after the first refusal that may
 * be for want of room, the others go one by one.
 * @throws NoRoomError after those that had room; RefusedFileError for a file that was refused for a reason of its own
 */
export async function sendFiles(
  hour: number,
  files: readonly DescribedFile[],
  { remote, sent }: Sending,
): Promise<void> {
  const refusals = new Refusals()
  const left = new Set(files)
  const send = async (file: DescribedFile, stopsAt: (error: unknown) => boolean) => {
    try {
      await sendFile(remote, file, posix.join(hourFolder(hour), file.name))
      sent(file)
    } catch (error) {
      if (stopsAt(error)) throw error
      refusals.add(error)
    }
    left.delete(file)
  }
  await inLanes(LANES, files, (file) => send(file, isForRoom)).catch((error: unknown) => {
    if (!isForRoom(error)) throw error
  })
  for (const file of left) await send(file, (error) => error instanceof NoRoomError)
  refusals.throwAny()
}

const isForRoom = (error: unknown): boolean => error instanceof WriteRefusedError

/** What runs that broke off have left half-written. Of one that was sent again, nothing is left. */
export const leftovers = (there: HourFacts['there']): string[] =>
  [...there.keys()].filter((name) => parseMinuteFileName(name)?.open)

/** Clear away what earlier runs have left half-written of an hour. */
export async function clearLeftovers(hour: number, there: HourFacts['there'], remote: RemoteSpool): Promise<void> {
  await inLanes(LANES, leftovers(there), (name) => remote.remove(posix.join(hourFolder(hour), name)))
}
