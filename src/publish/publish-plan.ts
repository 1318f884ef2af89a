import { hashFile } from '../durable/hash.js'
import type { OsfSettings } from '../settings/settings.js'
import { UploadLedger } from '../osf/upload-ledger.js'
import { heldBack } from './damaged-ids.js'
import { daysToPublish, type WantedDays } from './days-to-publish.js'

/** A file that would go out. */
export interface PlannedUpload {
  readonly remote: string
  readonly bytes: number
  /** Whether the ledger knows an earlier version of it at OSF. */
  readonly is: 'new' | 'changed'
}

/** What a run would upload, oldest first, by the ledger alone: OSF is not asked, nothing is written. */
export async function publishPlan(
  { vault, stateFolder, settings }: { vault: string; stateFolder: string; settings: OsfSettings },
  wanted: WantedDays,
): Promise<PlannedUpload[]> {
  const ledger = new UploadLedger(stateFolder, settings)
  if (!wanted.again) await ledger.read()
  const planned: PlannedUpload[] = []
  for (const { files } of await daysToPublish(vault, stateFolder, wanted)) {
    const damaged = await heldBack(vault, files, (remote) => ledger.knows(remote))
    for (const { local, remote } of files) {
      if (damaged.some((file) => file.remote === remote)) continue
      const { bytes, sha256 } = await hashFile(local)
      if (!ledger.has(remote, sha256)) planned.push({ remote, bytes, is: ledger.knows(remote) ? 'changed' : 'new' })
    }
  }
  return planned
}
