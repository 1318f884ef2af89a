import { join } from 'node:path'
import { z } from 'zod'
import { crashPoint, type CrashPoint } from '../durable/crash-point.js'
import { DiskFile, makeFolder, syncFolder } from '../durable/disk.js'
import { silently, unlessStrange, type Tell } from '../durable/strange-entry.js'
import { UntrustedFolder } from '../durable/untrusted-folder.js'
import { DAY_MS, dayName, dayOf, MINUTE_MS, parseDayName } from '../utc.js'
import { clearFile } from './clear-way.js'
import { jsonLines } from './json-lines.js'

const at = { at: z.iso.datetime() }
/** Up to here the stream is filed; what was made later may be missing until the next `connected` and its backfill. */
const coverage = { covered_until: z.iso.datetime().optional() }

/** What a collector writes down beside the tweets: its life, the connection's, and every file that it sealed. */
export const journalEventSchema = z.discriminatedUnion('event', [
  z.object({
    ...at,
    ...coverage,
    event: z.literal('started'),
    version: z.string(),
    server: z.union([z.literal(1), z.literal(2)]),
  }),
  z.object({ ...at, event: z.literal('stopped') }),
  z.object({ ...at, event: z.literal('connected'), backfill_minutes: z.int() }),
  z.object({ ...at, ...coverage, event: z.literal('disconnected'), reason: z.string() }),
  z.object({ ...at, event: z.literal('refused'), reason: z.string(), wait_ms: z.number() }),
  z.object({ ...at, event: z.literal('silence'), since: z.iso.datetime() }),
  /** Nothing is read from here on, for the disk is full; until `resumed`, or the next start. */
  z.object({ ...at, ...coverage, event: z.literal('paused'), reason: z.string() }),
  z.object({ ...at, event: z.literal('resumed') }),
  z.object({ ...at, event: z.literal('message'), line: z.string() }),
  /** More messages than are written down one by one. */
  z.object({ ...at, event: z.literal('messages'), count: z.int() }),
  /** Nothing of the log can be written any more: its reader has ended or stands still, or its disk is full. */
  z.object({ ...at, event: z.literal('log-lost'), reason: z.string() }),
  z.object({ ...at, event: z.literal('rejected'), hour: z.string(), lines: z.int(), reason: z.string() }),
  z.object({
    ...at,
    event: z.literal('sealed'),
    hour: z.string(),
    name: z.string(),
    lines: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
    sha256: z.string(),
    /** Adopted after a crash, not sealed by the collector that wrote it. */
    adopted: z.boolean().optional(),
  }),
])

export type JournalEvent = z.infer<typeof journalEventSchema>
/** An event that has not been given its time yet. */
export type NewEvent = WithoutAt<JournalEvent>
type WithoutAt<Event> = Event extends unknown ? Omit<Event, 'at'> : never

const LF = 0x0a

export const JOURNAL_FOLDER = 'journal'

/** No day of a collector's life takes as much; more is not read. */
const MOST_BYTES = 128 << 20

/** `2026-11-21.jsonl`: the events of one UTC day. */
export const journalName = (day: number): string => `${dayName(day)}.jsonl`

/** The day of a journal's name, `undefined` for strangers. */
export const parseJournalName = (name: string): number | undefined =>
  name.endsWith('.jsonl') ? parseDayName(name.slice(0, -'.jsonl'.length)) : undefined

/** Append an event to the day's journal; it is on the disk when this returns. */
export async function appendToJournal(spool: string, nowMs: number, event: NewEvent): Promise<void> {
  crashPoint('journal-before-write')
  const values = [{ at: new Date(nowMs).toISOString(), ...event }]
  await appendLines(join(spool, JOURNAL_FOLDER), journalName(nowMs), values, 'journal-after-write')
  crashPoint('journal-after-sync')
}

/**
 * Append JSON lines to `folder/name`, on lines of their own even after a torn one; synced when this returns. Where it
 * fails nothing of them stays. `written` is passed before the sync.
 */
export async function appendLines(
  folder: string,
  name: string,
  values: readonly unknown[],
  written: CrashPoint,
): Promise<void> {
  await makeFolder(folder)
  const path = join(folder, name)
  const isNew = await clearFile(path)
  await using file = await DiskFile.open(path, 'append')
  const { size } = file
  const lines = values.map((value) => `${JSON.stringify(value)}\n`).join('')
  try {
    file.append(Buffer.from((await endsTorn(file)) ? `\n${lines}` : lines))
    crashPoint(written)
    await file.sync()
  } catch (error) {
    await file.cutTo(size).catch(() => undefined)
    throw error
  }
  if (isNew) await syncFolder(folder)
}

const endsTorn = async (file: DiskFile): Promise<boolean> =>
  file.size > 0 && (await file.read(file.size - 1, 1))[0] !== LF

/** The days for which a spool has a journal, oldest first. Strange entries are told, where somebody wants to know. */
export async function journalDays(spool: string, tell?: Tell): Promise<number[]> {
  const listing = journalNames(spool)
  const names = (await (tell ? unlessStrange(listing, tell) : listing)) ?? []
  return names.map(parseJournalName).filter((day) => day !== undefined)
}

async function journalNames(spool: string): Promise<string[]> {
  await using folder = await UntrustedFolder.open(spool, JOURNAL_FOLDER)
  return (await folder?.names((name) => parseJournalName(name) !== undefined)) ?? []
}

/** The journals of the days that are wanted, oldest first, each with its size in bytes; none that cannot be opened. */
export async function journalSizes(spool: string, isWanted: (day: number) => boolean): Promise<[number, number][]> {
  await using folder = await unlessStrange(UntrustedFolder.open(spool, JOURNAL_FOLDER), silently)
  if (!folder) return []
  const names = await unlessStrange(folder.names(isJournalOf(isWanted)), silently)
  const sizes: [number, number][] = []
  for (const name of names ?? []) {
    await using file = await unlessStrange(folder.file(name, { mostBytes: MOST_BYTES }), silently)
    if (file) sizes.push([parseJournalName(name) ?? NaN, file.size])
  }
  return sizes
}

const isJournalOf =
  (isWanted: (day: number) => boolean) =>
  (name: string): boolean => {
    const day = parseJournalName(name)
    return day !== undefined && isWanted(day)
  }

/**
 * The events of a day, in order. A torn line, one of a newer version, and one of another day than the journal's are passed over.
 * @throws StrangeEntryError where the journal is none that can be read, unless there is `tell`
 */
export async function* readJournal(spool: string, day: number, tell?: Tell): AsyncGenerator<JournalEvent> {
  const file = { spool, folder: JOURNAL_FOLDER, name: journalName(day), mostBytes: MOST_BYTES }
  for await (const event of jsonLines(file, journalEventSchema, tell))
    if (dayOf(Date.parse(event.at)) === day) yield believable(event)
}

/** Nobody can have filed the stream up to a time that had not come: then it is not known how far. */
function believable(event: JournalEvent): JournalEvent {
  if (!('covered_until' in event) || event.covered_until === undefined) return event
  if (Date.parse(event.covered_until) <= Date.parse(event.at) + MINUTE_MS) return event
  const { covered_until: _, ...rest } = event
  return rest
}

export type SealedEvent = Extract<JournalEvent, { event: 'sealed' }>

/**
 * What was sealed of the hours from `firstHour` on, in order, with some of earlier ones. A file may be sealed on any later
 * day; and on the day before, where a collector is stopped that has tweets of a clock ahead of its own.
 */
export async function* sealedSince(spool: string, firstHour: number, tell?: Tell): AsyncGenerator<SealedEvent> {
  for (const day of await journalDays(spool, tell)) {
    if (day < dayOf(firstHour) - DAY_MS) continue
    for await (const event of readJournal(spool, day, tell)) if (event.event === 'sealed') yield event
  }
}
