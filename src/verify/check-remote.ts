import { join } from 'node:path'
import { fileSize } from '../durable/disk.js'
import { hashFile } from '../durable/hash.js'
import { OsfClient } from '../osf/osf-client.js'
import { OsfError } from '../osf/osf-error.js'
import type { FileToPublish, PublishContext } from '../osf/publish.js'
import type { RemoteFile } from '../osf/remote-entry.js'
import { hasContent } from '../osf/same-content.js'
import { RemoteTree } from '../osf/remote-tree.js'
import { UploadLedger } from '../osf/upload-ledger.js'
import { heldBack } from '../publish/damaged-ids.js'
import { DATASET_FILES, describedFolder } from '../publish/dataset/describe-dataset.js'
import { publishedFiles } from '../publish/published-files.js'
import { dayName } from '../utc.js'
import { besideUploads } from './beside-uploads.js'
import { nothingFound, type Found } from './finding.js'
import { waitingFor } from './waiting-upload.js'

export type RemoteContext = Pick<
  PublishContext,
  'settings' | 'token' | 'clock' | 'log' | 'random' | 'signal' | 'stateFolder'
>

/** What is compared with OSF. */
export interface RemoteScope {
  readonly vault: string
  readonly days: readonly number[]
  /** Also the description of the data set. */
  readonly description: boolean
}

/**
 * Hold what the days' folders have to publish, and the description of the data set, against what OSF has, by name and hash. Nothing is
 * changed there. What is found while something is uploaded is looked at again after it.
 */
export const checkRemote = (scope: RemoteScope, context: RemoteContext): Promise<Found> =>
  besideUploads(() => lookThrough(scope, context), context)

async function lookThrough({ vault, days, description }: RemoteScope, context: RemoteContext): Promise<Found> {
  const found = nothingFound()
  const tree = new RemoteTree(new OsfClient(context.settings, context, context.signal), context)
  const ledger = new UploadLedger(context.stateFolder, context.settings)
  await ledger.read().catch(() => undefined)
  const look = { vault, ledger, nowMs: context.clock.now(), found }
  try {
    for (const day of days) await checkRemoteDay(dayName(day), tree, look)
    if (description) await checkDescription(context.stateFolder, tree, look)
  } catch (error) {
    if (!(error instanceof OsfError)) throw error
    found.findings.push({ place: 'OSF', text: `could not be looked through: ${error.message}` })
  }
  return found
}

interface RemoteLook {
  readonly vault: string
  /** What was uploaded; where it can't be read, nothing is known of that. */
  readonly ledger: UploadLedger
  readonly nowMs: number
  readonly found: Found
}

async function checkRemoteDay(day: string, tree: RemoteTree, look: RemoteLook): Promise<void> {
  const here = await publishedFiles(look.vault, day)
  const there = new Map((await tree.look(day.split('-')))?.files)
  for (const file of here) {
    const name = file.remote.slice(file.remote.lastIndexOf('/') + 1)
    await compare(file, there.get(name), look)
    there.delete(name)
  }
  for (const { path } of there.values())
    look.found.notes.push({ place: `OSF ${path}`, text: 'not published from here' })
}

/** Of what else lies beside it nothing is said: the project is its owner's. */
async function checkDescription(stateFolder: string, tree: RemoteTree, look: RemoteLook): Promise<void> {
  const there = (await tree.look([]))?.files
  for (const name of DATASET_FILES) {
    const file = { local: join(describedFolder(stateFolder), name), remote: name }
    if ((await fileSize(file.local)) !== undefined) await compare(file, there?.get(name), look)
  }
}

async function compare(file: FileToPublish, there: RemoteFile | undefined, look: RemoteLook): Promise<void> {
  const { local, remote } = file
  const { vault, ledger, found } = look
  const place = `OSF /${remote}`
  const content = { path: local, ...(await hashFile(local)) }
  if (there && there.sha256 === undefined && there.md5 === undefined)
    found.notes.push({ place, text: 'OSF has not told its hash yet' })
  else if (!there || !(await hasContent(there, content))) {
    const [held] = await heldBack(vault, [file], () => there !== undefined)
    if (held) found.findings.push({ place, text: held.reason })
    else if (ledger.has(remote, content.sha256)) found.findings.push({ place, text: lostThere(remote, there) })
    else {
      const { isLate, text } = await waitingFor(vault, remote, look.nowMs)
      const list = isLate ? found.findings : found.notes
      list.push({ place, text: there ? `an earlier version: ${text}` : text })
    }
  }
}

/** It was uploaded as it is here: somebody else has removed or changed it. */
function lostThere(remote: string, there: RemoteFile | undefined): string {
  const [, year, month, day] = /^(\d{4})\/(\d\d)\/(\d\d)\//.exec(remote) ?? []
  const again = `collector publish --again${year === undefined ? '' : ` --day ${year}-${month ?? ''}-${day ?? ''}`}`
  return there ? `another content than here: ${again} updates it` : `missing: ${again} uploads it`
}
