import { access } from '../durable/files.js'
import type { Clock } from '../clock.js'
import type { Lock } from '../durable/lock.js'
import { faultText } from '../durable/owner.js'
import type { Log } from '../log.js'
import { ExitCode, OperatorError } from '../operator-error.js'
import type { Settings, VaultSettings } from '../settings/settings.js'
import { HOUR_MS } from '../utc.js'
import { bookedHours, readableNames } from '../vault/booked-hours.js'
import { compressor } from '../vault/compressor.js'
import type { Reader } from './archive-content.js'
import { vaultDays } from './check-day.js'
import { checkPublished } from './check-published.js'
import { addTo, nothingFound, type Found } from './finding.js'
import { lookAtDay, lookAtDays, type DayCheck } from './look-at-days.js'
import { mendHours, type Mended } from './mend-hours.js'
import type { Rejudge } from './mend-context.js'
import { missingHours } from './missing-hours.js'
import { hoursToRead, isInScope, type Scope } from './scope.js'
import { lockVault } from './vault-lock.js'
import type { Verified } from './verified.js'

export interface VerifyContext {
  readonly settings: Settings
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly signal: AbortSignal
  readonly progress?: (done: number, of: number, what: string) => void
}

export interface VerifyOptions {
  readonly scope: Scope
  /** The hour in which the collection began, `Infinity` where it has not; by the vault where it is left out. */
  readonly beginning?: number | undefined
  /** The token, where OSF is to be looked at too. */
  readonly osfToken?: string | undefined
  /** Write what is damaged anew from what can be read, and withdraw the receipts of what is lost. */
  readonly mends?: boolean | undefined
  /** How the state of an hour is judged anew where its book is mended. */
  readonly rejudge: Rejudge
}

/** What is looked at. */
interface Look extends DayCheck {
  readonly days: readonly number[]
  readonly scope: Scope
  readonly beginning: number | undefined
  /** The last hour that must have a book. */
  readonly last: number
}

/**
 * Check an archive, or a share of it, against itself, its receipts and OSF. Reads only, unless it is to mend; may run while
 * process-hour does: what is found is looked at again under process-hour's lock before it counts.
 * @throws OperatorError where there is no vault, with exit code 2 on a server that has none; with 75 where something is found
 * and process-hour does not come to its end
 */
export async function verify(context: VerifyContext, options: VerifyOptions): Promise<Verified> {
  const { settings } = context
  const { scope } = options
  const vault = vaultOf(settings)
  const reader = await compressor('auto', { preset: 6, threads: 0 })
  const look = await whatToLookAt(vault.folder, context, { ...options, reader })
  const { found, mended } = await lookAndMend(look, { ...context, vault, reader }, options)
  const all = nothingFound()
  addTo(all, found)
  all.findings.push(...(mended?.failed ?? []))
  if (settings.osf) addTo(all, await checkPublished({ ...look, settings: settings.osf }, context, options))
  return {
    hours: (await hoursInScope(vault.folder, scope)).length,
    read: look.chosen.length,
    seed: scope.seed,
    findings: all.findings,
    notes: all.notes,
    damaged: new Set([...all.damaged, ...all.misjudged]).size,
    mends: options.mends ?? false,
    mended: mended?.done ?? [],
  }
}

async function whatToLookAt(
  vault: string,
  { settings, clock, signal, progress }: VerifyContext,
  { scope, beginning, reader }: VerifyOptions & { reader: Reader },
): Promise<Look> {
  const { lateMs, server2Folder } = settings.spool
  return {
    ...{ vault, server2Folder, clock, signal, reader, scope, beginning },
    ...(progress && { progress }),
    days: (await daysIn(vault)).filter((day) => isInScope(day, scope)),
    chosen: hoursToRead(await hoursInScope(vault, scope), scope),
    last: clock.now() - HOUR_MS - lateMs - settings.process.waitForServerMs,
  }
}

const hoursInScope = async (vault: string, scope: Scope): Promise<number[]> =>
  (await bookedHours(vault, readableNames)).filter((hour) => isInScope(hour, scope))

type MendingContext = VerifyContext & { readonly vault: VaultSettings; readonly reader: Reader }

/** What is found of days and of missing hours, the second time under process-hour's lock; and what came of mending it. */
async function lookAndMend(
  look: Look,
  context: MendingContext,
  { mends, rejudge }: VerifyOptions,
): Promise<{ found: Found; mended?: Mended }> {
  const days = await lookAtDays(look.days, look)
  const first = await allOf(days, look)
  if (first.findings.length === 0) return { found: first }
  const lock = await lockIfPossible(context, first)
  if (!lock) return { found: first }
  try {
    for (const [day, { findings, unsound }] of days)
      if (findings.length > 0)
        days.set(day, await lookAtDay(day, { ...look, chosen: look.chosen.filter((hour) => unsound.has(hour)) }))
    const found = await allOf(days, look)
    if (!mends || found.damaged.size + found.wrongReceipts.size + found.misjudged.size === 0) return { found }
    const { spool, server } = context.settings
    const mending = { spool1: spool.folder, spool2: spool.server2Folder, redundant: server.redundant, rejudge }
    return { found, mended: await mendHours(found, { ...context, ...mending }) }
  } finally {
    await lock[Symbol.asyncDispose]()
  }
}

async function allOf(days: ReadonlyMap<number, Found>, { vault, scope, beginning, last }: Look): Promise<Found> {
  const found = nothingFound()
  for (const ofDay of days.values()) addTo(found, ofDay)
  found.findings.push(...(await missingHours(vault, { beginning, last }, (hour) => isInScope(hour, scope))))
  return found
}

/** Whoever may only read the vault cannot lock it: a note then says what that means. */
async function lockIfPossible(context: MendingContext, found: Found): Promise<Lock | undefined> {
  const { folder } = context.vault
  try {
    return await lockVault(folder, context)
  } catch (error) {
    context.signal.throwIfAborted()
    if (error instanceof OperatorError && error.exitCode === ExitCode.temporary) throw error
    const text = `process-hour's lock cannot be taken (${faultText(error)}): nothing is looked at again or mended`
    found.notes.push({ place: folder, text })
    return undefined
  }
}
function vaultOf({ vault, server, file }: Settings): VaultSettings {
  if (vault) return vault
  throw new OperatorError(`${file} is of server ${server.number}, which has no vault: run verify on server 1`, {
    exitCode: ExitCode.usage,
  })
}

async function daysIn(vault: string): Promise<number[]> {
  await access(vault).catch((cause: unknown) => {
    throw new OperatorError(`there is no vault at ${vault}: correct [vault] folder, or run process-hour first`, {
      cause,
    })
  })
  return vaultDays(vault)
}
