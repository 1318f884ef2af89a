import { OperatorError } from '../operator-error.js'
import { journalDays, readJournal, type JournalEvent } from '../spool/journal.js'
import { parseMinuteFileName } from '../spool/minute-name.js'
import { snowflakeMs } from '../tweet/snowflake.js'
import type { MergedRow } from '../tweet/row.js'
import { DAY_MS, dayOf, hourName, isoSeconds, minuteOf } from '../utc.js'
import { archivedRejects, archivedRows } from '../vault/archived-rows.js'
import { readBook, type Book } from '../vault/book.js'
import { gapsOf, type Gap } from './gaps.js'
import type { HourContext } from './hour-context.js'
import { noListing, type Server } from './input-file.js'
import { sealedFiles } from './sealed-files.js'

/** Why a server lacks tweets that the other one has. */
interface Lacking {
  readonly tweets: number
  /** Those for which there is a reason; the most frequent first. */
  readonly reasons: readonly { readonly reason: string; readonly tweets: number }[]
  /** Those for which there is none: that alone is alarming. */
  readonly unexplained: number
}

/** What an archived hour's servers lack, and why. */
export interface HourExplained {
  readonly hour: string
  readonly revision: number
  readonly archived: number
  readonly servers: Readonly<Record<Server, Lacking>>
}

/**
 * Look up in the journals of both servers why tweets of an hour came to one of them only.
 * @throws OperatorError where the hour is not archived; DamagedArchiveError
 */
export async function explainHour(hour: number, context: HourContext): Promise<HourExplained> {
  const { vault, spools, signal } = context
  const book = await readBook(vault.folder, hour)
  if (!book) throw new OperatorError(`${hourName(hour)} is not archived: see what it waits for with --dry-run`)
  const counters = new Map<Server, LackCounter>()
  for (const { server, folder } of spools)
    counters.set(server, new LackCounter(await recordsOf(server, folder, hour, book, context)))
  for await (const rows of archivedRows(vault.folder, book, undefined, signal))
    for (const row of rows) if (row.servers !== '12') counters.get(row.servers === '1' ? 2 : 1)?.count(row)
  const lacking = (server: Server) => counters.get(server)?.result() ?? { tweets: 0, reasons: [], unexplained: 0 }
  return {
    hour: book.hour,
    revision: book.revision,
    archived: book.archived,
    servers: { 1: lacking(1), 2: lacking(2) },
  }
}

/** What is written down of a server that may explain what it lacks. */
interface Records {
  readonly gaps: readonly Gap[]
  /** What may be an ID in the lines that were rejected. */
  readonly rejected: ReadonlySet<string>
  /** Minutes of which a file was sealed that is not in the archive, and why. */
  readonly absent: ReadonlyMap<number, string>
}

async function recordsOf(
  server: Server,
  spool: string,
  hour: number,
  book: Book,
  { vault, signal }: HourContext,
): Promise<Records> {
  const rejected = new Set<string>()
  for await (const lines of archivedRejects(vault.folder, book, undefined, signal))
    for (const { line } of lines.filter((line) => line.server === server))
      for (const [id] of line.matchAll(/\d{1,19}/g)) rejected.add(id)
  return {
    gaps: gapsOf(await eventsAround(spool, hour)),
    rejected,
    absent: await absentMinutes(server, spool, hour, book),
  }
}

async function eventsAround(spool: string, hour: number): Promise<JournalEvent[]> {
  const events: JournalEvent[] = []
  for (const day of await journalDays(spool))
    if (Math.abs(day - dayOf(hour)) <= DAY_MS) for await (const event of readJournal(spool, day)) events.push(event)
  return events
}

async function absentMinutes(server: Server, spool: string, hour: number, book: Book): Promise<Map<number, string>> {
  const archived = new Set(book.inputs.filter((input) => input.server === server).map(({ sha256 }) => sha256))
  const lost = new Set(book.lost?.filter((file) => file.server === server).map(({ name }) => name))
  const sealed = (await sealedFiles(spool, hour)).get(hourName(hour)) ?? noListing()
  const absent = new Map<number, string>()
  for (const [name, contents] of sealed) {
    const minute = parseMinuteFileName(name)?.minute
    if (minute === undefined || contents.some(({ sha256 }) => archived.has(sha256))) continue
    absent.set(minute, lost.has(name) ? `${name} is lost` : 'sealed, but not delivered yet')
  }
  return absent
}

/** Counts the tweets that a server lacks by what explains them. */
class LackCounter {
  readonly #records: Records
  readonly #reasons = new Map<string, number>()
  #tweets = 0
  #unexplained = 0

  constructor(records: Records) {
    this.#records = records
  }

  count(row: MergedRow): void {
    this.#tweets += 1
    const reason = reasonFor(row, this.#records)
    if (reason === undefined) this.#unexplained += 1
    else this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
  }

  result(): Lacking {
    const reasons = [...this.#reasons].map(([reason, tweets]) => ({ reason, tweets }))
    return {
      tweets: this.#tweets,
      reasons: reasons.sort((a, b) => b.tweets - a.tweets || (a.reason < b.reason ? -1 : 1)),
      unexplained: this.#unexplained,
    }
  }
}

function reasonFor({ id, retrievedMs }: MergedRow, { gaps, rejected, absent }: Records): string | undefined {
  const madeMs = snowflakeMs(id) ?? NaN
  if (rejected.has(id)) return 'its line was rejected'
  const file = absent.get(minuteOf(madeMs))
  if (file !== undefined) return file
  // It was on its way to both servers from when it was made to when the other one had it.
  const gap = gaps.find(
    ({ fromMs, toMs }) => madeMs < toMs && (madeMs >= fromMs || isBetween(retrievedMs, fromMs, toMs)),
  )
  return gap && describeGap(gap)
}

const isBetween = (ms: number, fromMs: number, toMs: number): boolean => ms >= fromMs && ms < toMs

function describeGap({ fromMs, toMs, reason }: Gap): string {
  const from = Number.isFinite(fromMs) ? ` from ${isoSeconds(fromMs)}` : ''
  const to = Number.isFinite(toMs) ? ` to ${isoSeconds(toMs)}` : ''
  return `${reason}${from && ','}${from || (to && ',')}${to}`
}

/** In lines for a person. */
export function describeExplained({ hour, revision, archived, servers }: HourExplained): string {
  const lines = ([1, 2] as const).flatMap((server) => {
    const { tweets, reasons, unexplained } = servers[server]
    return [
      `server ${server} lacks ${tweets}`,
      ...reasons.map(({ reason, tweets }) => `  ${String(tweets).padStart(8)}  ${reason}`),
      ...(tweets > 0 ? [`  ${String(unexplained).padStart(8)}  unexplained`] : []),
    ]
  })
  return `${hour}, revision ${revision}: ${archived} tweets\n${lines.join('\n')}\n`
}
