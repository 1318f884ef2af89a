import { join, posix } from 'node:path'
import { makeFolder } from '../durable/folder.js'
import { BATCH_NAME, writeBatch } from '../spool/batch.js'
import { hourFolder, parseMinuteFileName } from '../spool/minute-name.js'
import { batchText } from './batch-of-hour.js'
import type { DescribedFile, HourFacts, HourPlan } from './hour-plan.js'
import { inLanes } from './lanes.js'
import { sendFile } from './remote-file.js'
import type { RemoteSpool } from './remote-spool.js'

/** Files under way at once: enough to hide the waits for answers between small files. */
const LANES = 4

/**
 * Carry out what an hour's plan has for server 1: its files, then the batch that names them. The copy of the batch in
 * our own spool is written last, as the note that it was sent.
 */
export async function sendHour(
  { hour, send, batch }: HourPlan,
  { there }: HourFacts,
  { remote, spool }: { remote: RemoteSpool; spool: string },
  sent: (file: DescribedFile) => void,
): Promise<void> {
  const folder = hourFolder(hour)
  await inLanes(LANES, send, async (file) => {
    await sendFile(remote, file, posix.join(folder, file.name))
    sent(file)
  })
  await inLanes(LANES, leftovers(there), ({ name }) => remote.remove(posix.join(folder, name)))
  if (!batch) return
  await sendFile(remote, batchText(batch), posix.join(folder, BATCH_NAME))
  await makeFolder(join(spool, folder))
  await writeBatch(spool, hour, batch)
}

/** What runs that broke off have left half-written. Of one that was sent again, nothing is left. */
export const leftovers = (there: HourFacts['there']): { name: string; bytes: number }[] =>
  [...there].flatMap(([name, { bytes }]) => (parseMinuteFileName(name)?.open ? [{ name, bytes }] : []))
