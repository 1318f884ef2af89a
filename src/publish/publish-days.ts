import { holderOf, takeLock } from '../durable/lock.js'
import { makeSetFolder } from '../durable/folder.js'
import { errorText, ExitCode, OperatorError } from '../operator-error.js'
import { UploadLedger } from '../osf/upload-ledger.js'
import type { OsfSettings } from '../settings/settings.js'
import { publish, type Published, type PublishContext } from '../osf/publish.js'
import { heldBack, neverReplacing } from './damaged-ids.js'
import { describeDataset, rememberDescribed, type Describing } from './dataset/describe-dataset.js'
import { daysToPublish, rememberPublished, type WantedDays } from './days-to-publish.js'

/** What a run brought to OSF. */
export interface PublishedDays {
  readonly uploaded: number
  readonly unchanged: number
  /** By path at OSF; they stay for the next run. */
  readonly failed: readonly { remote: string; reason: string }[]
  /** The fault that only a person can mend: token, quota, project, a file that OSF will never take. At most one a run. */
  readonly fatal?: string
}

export interface PublishDaysContext extends Omit<PublishContext, 'token'> {
  readonly vault: string
  /** The collection's first hour, as `Describing` has it. */
  readonly beginning?: number | undefined
  /** This program's. */
  readonly version: string
  readonly token: () => Promise<string>
}

/**
 * Publish what the vault has and OSF has not, oldest first, then the description of the data set as far as it has changed. What fails
 * is told in the result, not thrown: the archive is complete without it.
 * @throws OperatorError with exit code 75 where another upload is at work
 */
export async function publishDays(
  context: PublishDaysContext,
  wanted: WantedDays & { describe: 'changed' | 'always' | 'never' } = { describe: 'changed' },
): Promise<PublishedDays> {
  const { stateFolder, log } = context
  await makeSetFolder(stateFolder, '[server] state_folder')
  await using lock = await takeLock(stateFolder, 'publish', context.clock)
  if (!lock)
    throw new OperatorError(
      `another upload is at work (${holderOf(stateFolder, 'publish')}): it deals with all that is due`,
      { exitCode: ExitCode.temporary },
    )
  try {
    return await publishAll({ ...context, token: await context.token() }, wanted)
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    log.error(`nothing is published: ${error.message}`)
    return { uploaded: 0, unchanged: 0, failed: [{ remote: '', reason: error.message }], fatal: error.message }
  }
}

type DaysContext = PublishContext & Pick<PublishDaysContext, 'vault' | 'version' | 'beginning'>

async function publishAll(
  context: DaysContext,
  wanted: WantedDays & { describe: 'changed' | 'always' | 'never' },
): Promise<PublishedDays> {
  const { vault, stateFolder, settings } = context
  const days = await daysToPublish(vault, stateFolder, wanted)
  const files = days.flatMap((day) => day.files)
  const damaged = await heldBack(vault, files, await knownAtOsf(stateFolder, settings))
  for (const { reason } of damaged) context.log.error(reason)
  const kept = new Set(damaged.map(({ remote }) => remote))
  const sound = files.filter(({ remote }) => !kept.has(remote))
  const result = await publish(await neverReplacing(vault, sound), context, { asksAnew: wanted.again ?? false })
  const behind = new Set([...result.failed.map(({ remote }) => remote), ...kept])
  await rememberPublished(
    stateFolder,
    days.filter((day) => day.files.every(({ remote }) => !behind.has(remote))),
  )
  const first = together(outcome(result, context), {
    ...{ uploaded: 0, unchanged: 0 },
    failed: damaged.map(({ remote, reason }) => ({ remote, reason })),
  })
  if (wanted.describe === 'never' || first.fatal !== undefined) return first
  const marked = { behind, damaged: kept }
  return together(first, await publishDescription(marked, wanted.describe, context, wanted.again ?? false))
}

/** Without its ledger nothing is known to be at OSF. */
async function knownAtOsf(stateFolder: string, settings: OsfSettings): Promise<(remote: string) => boolean> {
  const ledger = new UploadLedger(stateFolder, settings)
  await ledger.read().catch(() => undefined)
  return (remote) => ledger.knows(remote)
}

/** The description names no file that is not there, so it goes last. */
async function publishDescription(
  marked: Pick<Describing, 'behind' | 'damaged'>,
  when: 'changed' | 'always',
  context: DaysContext,
  asksAnew: boolean,
): Promise<PublishedDays> {
  const description = await describeDataset({ ...context, ...marked, when })
  if (!description) return { uploaded: 0, unchanged: 0, failed: [] }
  const result = await publish(description.files, context, { asksAnew })
  if (result.failed.length === 0) await rememberDescribed(context.stateFolder, description)
  return outcome(result, context)
}

function outcome({ uploaded, unchanged, failed }: Published, { log }: Pick<PublishContext, 'log'>): PublishedDays {
  const [first] = failed
  const fatal = failed.find(({ error }) => error.exitCode === ExitCode.failed)
  if (fatal) log.error({ pending: failed.length }, `not everything is published: ${fatal.error.message}`)
  else if (first) log.warn({ pending: failed.length }, `not everything is published: ${first.error.message}`)
  return {
    uploaded,
    unchanged,
    failed: failed.map(({ remote, error }) => ({ remote, reason: errorText(error) })),
    ...(fatal && { fatal: fatal.error.message }),
  }
}

function together(a: PublishedDays, b: PublishedDays): PublishedDays {
  const fatal = a.fatal ?? b.fatal
  return {
    uploaded: a.uploaded + b.uploaded,
    unchanged: a.unchanged + b.unchanged,
    failed: [...a.failed, ...b.failed],
    ...(fatal !== undefined && { fatal }),
  }
}

/** 0 all is at OSF; 1 a person must mend something; 3 the next run goes on by itself. */
export function publishExitCode({ failed, fatal }: PublishedDays): ExitCode {
  if (fatal !== undefined) return ExitCode.failed
  return failed.length > 0 ? ExitCode.partial : ExitCode.done
}

/** The result in a line for a person. */
export const describePublished = ({ uploaded, failed, fatal }: PublishedDays): string =>
  `OSF: ${uploaded} uploaded, ${failed.length} pending${fatal === undefined ? '' : `: ${fatal}`}`
