import { access } from '../durable/files.js'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { ExitCode, OperatorError } from '../operator-error.js'
import type { Settings, VaultSettings } from '../settings/settings.js'
import { hourName, HOUR_MS } from '../utc.js'
import { readBook, type Book } from '../vault/book.js'
import { bookedHours } from '../vault/booked-hours.js'
import { compressor } from '../vault/compressor.js'
import type { Reader } from './archive-content.js'
import { checkDay, vaultDays } from './check-day.js'
import { checkHour } from './check-hour.js'
import { checkReceipts } from './check-receipts.js'
import { checkRemote } from './check-remote.js'
import { addTo, nothingFound, type Found } from './finding.js'
import { mendHours } from './mend-hours.js'
import { missingHours } from './missing-hours.js'
import { hoursToRead, isInScope, type Scope } from './scope.js'
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
  /** The hour in which the collection began; `undefined` where that is not known. */
  readonly beginning?: number | undefined
  /** The token, where OSF is to be looked at too. */
  readonly osfToken?: string | undefined
  /** Write damaged hours anew from what can be read, and withdraw their receipts. */
  readonly mends?: boolean | undefined
}

/**
 * Check an archive, or a share of it, against itself, its receipts and OSF. Reads only, unless it is to mend; may run while
 * process-hour does.
 * @throws OperatorError where there is no vault, with exit code 2 on a server that has none; with 75 where it is to mend
 * while process-hour is at work
 */
export async function verify(
  context: VerifyContext,
  { scope, beginning, osfToken, mends }: VerifyOptions,
): Promise<Verified> {
  const { settings, clock, signal, random, log } = context
  const vault = vaultOf(settings)
  const days = (await daysIn(vault.folder)).filter((day) => isInScope(day, scope))
  const booked = (await bookedHours(vault.folder)).filter((hour) => isInScope(hour, scope))
  const { lateMs, server2Folder } = settings.spool
  const last = clock.now() - HOUR_MS - lateMs - settings.process.waitForServerMs
  const reader = await compressor('auto', { preset: 6, threads: 0 })
  const chosen = hoursToRead(booked, scope)
  const all = nothingFound()
  const check = { ...context, vault: vault.folder, server2Folder, chosen, reader }
  for (const day of days) addTo(all, await checkDayWhole(day, check))
  all.findings.push(...(await missingHours(vault.folder, { beginning, last }, (hour) => isInScope(hour, scope))))
  if (osfToken !== undefined && settings.osf) {
    const osf = { settings: settings.osf, token: osfToken, clock, log, random, signal }
    addTo(all, await checkRemote(vault.folder, days, osf))
  }
  const { redundant } = settings.server
  const mending = { ...context, vault, spool1: settings.spool.folder, spool2: server2Folder, redundant, reader }
  const mended = mends && all.damaged.size + all.wrongReceipts.size > 0 ? await mendHours(all, mending) : undefined
  all.findings.push(...(mended?.failed ?? []))
  const { findings, notes } = all
  return {
    hours: booked.length,
    read: chosen.length,
    seed: scope.seed,
    findings,
    notes,
    damaged: all.damaged.size,
    mends: mends ?? false,
    mended: mended?.done ?? [],
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

type DayCheck = Pick<VerifyContext, 'clock' | 'signal' | 'progress'> & {
  readonly vault: string
  readonly server2Folder: string | undefined
  /** The hours whose content is read. */
  readonly chosen: readonly number[]
  readonly reader: Reader
}

/** A day at a time, so that its books need not be held for longer. */
async function checkDayWhole(day: number, check: DayCheck): Promise<Found> {
  const { vault, server2Folder, chosen, clock, signal, progress } = check
  const { books, found } = await checkDay(vault, day)
  if (server2Folder !== undefined) addTo(found, await checkReceipts(server2Folder, books, clock.now()))
  for (const [hour, book] of books) {
    const index = chosen.indexOf(hour)
    if (index < 0) continue
    signal.throwIfAborted()
    progress?.(index, chosen.length, hourName(hour))
    addTo(found, await checkContent(hour, book, check))
  }
  return found
}

/** An hour that gets a new revision while it is read is read again. */
async function checkContent(hour: number, book: Book, check: DayCheck): Promise<Found> {
  const { vault, reader, clock, signal } = check
  const found = await checkHour({ vault, hour, book, reader, nowMs: clock.now(), signal })
  if (found.findings.length === 0) return found
  const now = await readBook(vault, hour).catch(() => undefined)
  return now && now.revision > book.revision ? checkContent(hour, now, check) : found
}
