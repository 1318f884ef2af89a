import { join } from 'node:path'
import { z } from 'zod'
import { CorruptStateError, parseState, writeState } from '../durable/state-file.js'
import { UntrustedFolder } from '../durable/untrusted-folder.js'
import { hourName, hourOf, parseHourName } from '../utc.js'
import { hourFolder, parseMinuteFileName } from './minute-name.js'

/** More files than a collector that is killed every second would leave in an hour; as many bytes of JSON as they take. */
const MOST_FILES = 20_000
const MOST_BYTES = 16 << 20

/** What an hour's folder of server 2 holds: cumulative, and written after the files that it names. */
export const batchSchema = z
  .object({
    /** `2026-11-21_13` */
    hour: z.string(),
    server: z.literal(2),
    /** Until here every minute of the hour is sealed; ISO 8601, UTC. */
    sealed_until: z.iso.datetime(),
    files: z
      .array(
        z.object({
          name: z.string(),
          bytes: z.int().nonnegative(),
          lines: z.int().nonnegative(),
          sha256: z.string().regex(/^[0-9a-f]{64}$/),
        }),
      )
      .max(MOST_FILES),
  })
  .refine(namesItsOwn, 'it names a file that is none of a minute of its hour')

function namesItsOwn({ hour, files }: { hour: string; files: { name: string }[] }): boolean {
  const start = parseHourName(hour)
  return files.every(({ name }) => {
    const file = parseMinuteFileName(name)
    return file?.open === false && hourOf(file.minute) === start
  })
}

export type Batch = z.infer<typeof batchSchema>

export const BATCH_NAME = 'batch.json'

const batchPath = (spool: string, hour: number): string => join(spool, hourFolder(hour), BATCH_NAME)

/** @throws CorruptStateError, StrangeEntryError */
export async function readBatch(spool: string, hour: number): Promise<Batch | undefined> {
  await using folder = await UntrustedFolder.open(spool, hourFolder(hour))
  await using file = await folder?.file(BATCH_NAME, { mostBytes: MOST_BYTES })
  if (!file) return undefined
  const batch = parseState(file.path, await file.text(), batchSchema)
  if (batch.hour === hourName(hour)) return batch
  throw new CorruptStateError(file.path, `it is of the hour ${JSON.stringify(batch.hour.slice(0, 20))}`)
}

export const writeBatch = (spool: string, hour: number, batch: Batch): Promise<void> =>
  writeState(batchPath(spool, hour), batch)

/**
 * Remove an hour's batch, then its folder and its day's, where nothing else is left in them.
 * @throws StrangeEntryError
 */
export async function clearHour(spool: string, hour: number): Promise<void> {
  const [day = '', ofHour = ''] = hourFolder(hour).split('/')
  await using top = await UntrustedFolder.open(spool)
  await using above = await top?.folder(day)
  {
    await using folder = await above?.folder(ofHour)
    await folder?.remove(BATCH_NAME)
  }
  await above?.removeFolder(ofHour)
  await top?.removeFolder(day)
}
