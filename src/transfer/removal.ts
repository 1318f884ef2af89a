import { rm } from '../durable/files.js'
import { dirname } from 'node:path'
import { syncFolder } from '../durable/folder.js'
import { hashFile } from '../durable/hash.js'
import type { Log } from '../log.js'
import { clearHour } from '../spool/batch.js'
import { minuteFiles } from '../spool/spool-files.js'
import type { DescribedFile } from './hour-plan.js'

export interface Keeping {
  readonly nowMs: number
  /** How long a file is kept after its sealing though a receipt names it, in ms. */
  readonly keepMs: number
}

/**
 * Remove the files whose hash, taken at this moment, stands in server 1's receipt, and whose time is over. Returns how
 * many were removed. A file that is no longer what was sealed stays, and is told.
 */
export async function removeReceipted(
  files: readonly DescribedFile[],
  receipted: ReadonlySet<string>,
  { nowMs, keepMs }: Keeping,
  log: Log,
): Promise<number> {
  const removed: string[] = []
  for (const { path, sealedMs } of files) {
    if (nowMs - sealedMs < keepMs) continue
    const { sha256 } = await hashFile(path)
    if (receipted.has(sha256)) {
      await rm(path)
      removed.push(path)
    } else {
      log.error({ path, sha256 }, 'changed since it was sealed, so that no receipt is for it: kept, look at the disk')
    }
  }
  if (removed[0] !== undefined) await syncFolder(dirname(removed[0]))
  return removed.length
}

/** Remove the folder of a finished hour, and its day's, where no minute file is left in it. Other files keep it there. */
export async function removeEmptyHour(spool: string, hour: number): Promise<void> {
  if ((await minuteFiles(spool, hour)).length > 0) return
  await clearHour(spool, hour)
}
