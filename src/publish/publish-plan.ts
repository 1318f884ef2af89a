import { hashFile } from '../durable/hash.js'
import type { FileToPublish } from '../osf/publish.js'
import type { OsfSettings } from '../settings/settings.js'
import { UploadLedger } from '../osf/upload-ledger.js'
import { heldBack, neverReplacing } from './damaged-ids.js'
import { daysToPublish, type WantedDays } from './days-to-publish.js'

/**
 * What a run would do with a file: `new` where the ledger doesn't know it, `changed` where it knows an earlier version, `asked` where
 * OSF is asked whatever the ledger knows. `only-new`: of a damaged hour, uploaded only where OSF has none. `held-back`: not uploaded.
 */
export type Plan = 'new' | 'changed' | 'asked' | 'only-new' | 'held-back'

export interface PlannedUpload {
  readonly remote: string
  readonly bytes: number
  readonly is: Plan
  /** Why it is held back. */
  readonly reason?: string
}

const WORDS: Readonly<Record<Plan, string>> = {
  new: 'new (OSF is asked first)',
  changed: 'changed',
  asked: 'uploaded unless OSF has just this',
  'only-new': 'of a damaged hour: uploaded only where OSF has none, what is published stays',
  'held-back': 'held back',
}

export interface PlanPlace {
  readonly vault: string
  readonly stateFolder: string
  readonly settings: OsfSettings
}

/** What a run would upload, oldest first, and what not and why, by the ledger alone: OSF is not asked, nothing is written. */
export async function publishPlan(place: PlanPlace, wanted: WantedDays): Promise<PlannedUpload[]> {
  const { vault, stateFolder, settings } = place
  const ledger = new UploadLedger(stateFolder, settings)
  await ledger.read().catch(() => undefined)
  const planned: PlannedUpload[] = []
  for (const { files } of await daysToPublish(vault, stateFolder, wanted)) {
    const damaged = await heldBack(vault, files, (remote) => ledger.knows(remote))
    const kept = new Set(damaged.map(({ remote }) => remote))
    for (const { local, remote, reason } of damaged)
      planned.push({ remote, bytes: (await hashFile(local)).bytes, is: 'held-back', reason })
    const sound = files.filter(({ remote }) => !kept.has(remote))
    for (const file of await neverReplacing(vault, sound)) planned.push(...(await plan(file, ledger, wanted)))
  }
  return planned
}

async function plan(
  { local, remote, onlyNew = false }: FileToPublish,
  ledger: UploadLedger,
  { again = false }: WantedDays,
): Promise<PlannedUpload[]> {
  const { bytes, sha256 } = await hashFile(local)
  if (!again && ledger.has(remote, sha256)) return []
  if (onlyNew) return [{ remote, bytes, is: 'only-new' }]
  return [{ remote, bytes, is: again ? 'asked' : ledger.knows(remote) ? 'changed' : 'new' }]
}

/** In lines for a person. `describes`: whether the run would also bring the description of the data set up to date. */
export function describePlan(planned: readonly PlannedUpload[], describes: boolean): string {
  const lines = planned.map(({ remote, bytes, is, reason }) => `${remote}  ${bytes} bytes, ${reason ?? WORDS[is]}`)
  if (lines.length === 0) lines.push('nothing to upload')
  if (describes)
    lines.push('then hours.csv, gaps.csv, datapackage.json and README.md, as far as they say something new')
  return `${lines.join('\n')}\n`
}
