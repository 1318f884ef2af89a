import { hashFile } from '../durable/hash.js'
import { takeLock } from '../durable/lock.js'
import { OsfClient } from '../osf/osf-client.js'
import { OsfError } from '../osf/osf-error.js'
import type { PublishContext } from '../osf/publish.js'
import { hasContent } from '../osf/same-content.js'
import { RemoteTree } from '../osf/remote-tree.js'
import { publishedFiles } from '../publish/published-files.js'
import { dayName, MINUTE_MS } from '../utc.js'
import { nothingFound, type Found } from './finding.js'

export type RemoteContext = Pick<
  PublishContext,
  'settings' | 'token' | 'clock' | 'log' | 'random' | 'signal' | 'stateFolder'
>

/**
 * Hold what the days' folders have to publish against what OSF has, by name and hash. Nothing is changed there. What is found
 * while something is uploaded is looked at again after it.
 */
export async function checkRemote(vault: string, days: readonly number[], context: RemoteContext): Promise<Found> {
  const first = await lookThrough(vault, days, context)
  if (first.findings.length === 0) return first
  for (let waitedMs = 0; waitedMs <= PATIENCE_MS; waitedMs += POLL_MS) {
    context.signal.throwIfAborted()
    await using lock = await takeLock(context.stateFolder, 'publish', context.clock)
    if (lock) return await lookThrough(vault, days, context)
    await context.clock.sleep(POLL_MS, context.signal)
  }
  return first
}

const PATIENCE_MS = 20 * MINUTE_MS
const POLL_MS = 30_000

async function lookThrough(vault: string, days: readonly number[], context: RemoteContext): Promise<Found> {
  const found = nothingFound()
  const tree = new RemoteTree(new OsfClient(context.settings, context, context.signal), context)
  try {
    for (const day of days) await checkRemoteDay(vault, dayName(day), tree, found)
  } catch (error) {
    if (!(error instanceof OsfError)) throw error
    found.findings.push({ place: 'OSF', text: `could not be looked through: ${error.message}` })
  }
  return found
}

async function checkRemoteDay(vault: string, day: string, tree: RemoteTree, found: Found): Promise<void> {
  const here = await publishedFiles(vault, day)
  const there = new Map((await tree.look(day.split('-')))?.files)
  for (const { local, remote } of here) {
    const place = `OSF /${remote}`
    const name = remote.slice(remote.lastIndexOf('/') + 1)
    const file = there.get(name)
    there.delete(name)
    if (!file) found.findings.push({ place, text: `missing: collector publish --again --day ${day} uploads it` })
    else if (file.sha256 === undefined && file.md5 === undefined)
      found.notes.push({ place, text: 'OSF has not told its hash yet' })
    else if (!(await hasContent(file, { path: local, ...(await hashFile(local)) })))
      found.findings.push({
        place,
        text: `another content than here: collector publish --again --day ${day} updates it`,
      })
  }
  for (const { path } of there.values()) found.notes.push({ place: `OSF ${path}`, text: 'not published from here' })
}
