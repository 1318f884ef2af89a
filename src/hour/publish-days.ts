import { errorText } from '../operator-error.js'
import { publish, type PublishContext } from '../osf/publish.js'
import { daysToPublish, rememberPublished } from './days-to-publish.js'

/** What a run brought to OSF. */
export interface PublishedDays {
  readonly uploaded: number
  readonly unchanged: number
  /** By path at OSF; they stay for the next run. */
  readonly failed: readonly { remote: string; reason: string }[]
}

/** Publish what the vault has and OSF has not, oldest first. What fails is told, never thrown: the archive is complete. */
export async function publishDays(vault: string, context: PublishContext): Promise<PublishedDays> {
  const { stateFolder, log } = context
  const days = await daysToPublish(vault, stateFolder)
  const { uploaded, unchanged, failed } = await publish(
    days.flatMap(({ files }) => files),
    context,
  )
  const behind = new Set(failed.map(({ remote }) => remote))
  const whole = days.filter(({ files }) => files.every(({ remote }) => !behind.has(remote)))
  await rememberPublished(stateFolder, whole)
  const [first] = failed
  if (first) log.warn({ pending: failed.length }, `not everything is published: ${errorText(first.error)}`)
  return { uploaded, unchanged, failed: failed.map(({ remote, error }) => ({ remote, reason: errorText(error) })) }
}
