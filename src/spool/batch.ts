import { rm, rmdir } from '../durable/files.js'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { readState, writeState } from '../durable/state-file.js'
import { hourFolder } from './minute-name.js'

/** What an hour's folder of server 2 holds: cumulative, and written after the files that it names. */
export const batchSchema = z.object({
  /** `2026-11-21_13` */
  hour: z.string(),
  server: z.literal(2),
  /** Until here every minute of the hour is sealed; ISO 8601, UTC. */
  sealed_until: z.iso.datetime(),
  files: z.array(
    z.object({ name: z.string(), bytes: z.int().nonnegative(), lines: z.int().nonnegative(), sha256: z.string() }),
  ),
})

export type Batch = z.infer<typeof batchSchema>

export const BATCH_NAME = 'batch.json'

const batchPath = (spool: string, hour: number): string => join(spool, hourFolder(hour), BATCH_NAME)

/** @throws CorruptStateError */
export const readBatch = (spool: string, hour: number): Promise<Batch | undefined> =>
  readState(batchPath(spool, hour), batchSchema)

export const writeBatch = (spool: string, hour: number, batch: Batch): Promise<void> =>
  writeState(batchPath(spool, hour), batch)

/** Remove an hour's batch, then its folder and its day's, where nothing else is left in them. */
export async function clearHour(spool: string, hour: number): Promise<void> {
  const folder = join(spool, hourFolder(hour))
  await rm(join(folder, BATCH_NAME), { force: true })
  for (const path of [folder, dirname(folder)]) await rmdir(path).catch(() => undefined)
}
