import { rm, rmdir, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '../durable/folder.js'
import { hashFile } from '../durable/hash.js'
import type { Log } from '../log.js'
import { BATCH_NAME } from '../spool/batch.js'
import { hourFolder } from '../spool/minute-name.js'
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
  const folder = join(spool, hourFolder(hour))
  await rm(join(folder, BATCH_NAME), { force: true })
  for (const path of [folder, dirname(folder)]) await rmdir(path).catch(() => undefined)
}

/** The share of a folder's file system that this user may still fill, in percent. */
export async function freePercent(folder: string): Promise<number> {
  const { bavail, blocks } = await statfs(folder)
  return (100 * bavail) / blocks
}
