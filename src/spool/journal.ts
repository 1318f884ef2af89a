import { createReadStream } from '../durable/files.js'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { crashPoint, type CrashPoint } from '../durable/crash-point.js'
import { DiskFile, fileSize, makeFolder, syncFolder } from '../durable/disk.js'
import { namesIn } from '../durable/folder.js'
import { errorCode } from '../operator-error.js'
import { DAY_MS, dayName, dayOf, parseDayName } from '../utc.js'

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
  z.object({ ...at, event: z.literal('rejected'), hour: z.string(), lines: z.int(), reason: z.string() }),
  z.object({
    ...at,
    event: z.literal('sealed'),
    hour: z.string(),
    name: z.string(),
    lines: z.int(),
    bytes: z.int(),
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
  const isNew = (await fileSize(path)) === undefined
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

/** The days for which a spool has a journal, oldest first. */
export async function journalDays(spool: string): Promise<number[]> {
  const names = await namesIn(join(spool, JOURNAL_FOLDER))
  return names.map(parseJournalName).filter((day) => day !== undefined)
}

/** The events of a day, in order. A torn line, or one of a newer version, is passed over. */
export async function* readJournal(spool: string, day: number): AsyncGenerator<JournalEvent> {
  for await (const line of linesOf(join(spool, JOURNAL_FOLDER, journalName(day)))) {
    const parsed = journalEventSchema.safeParse(parseJson(line))
    if (parsed.success) yield parsed.data
  }
}

export type SealedEvent = Extract<JournalEvent, { event: 'sealed' }>

/**
 * What was sealed of the hours from `firstHour` on, in order, with some of earlier ones. A file may be sealed on any later
 * day; and on the day before, where a collector is stopped that has tweets of a clock ahead of its own.
 */
export async function* sealedSince(spool: string, firstHour: number): AsyncGenerator<SealedEvent> {
  for (const day of await journalDays(spool)) {
    if (day < dayOf(firstHour) - DAY_MS) continue
    for await (const event of readJournal(spool, day)) if (event.event === 'sealed') yield event
  }
}

/** The lines of a text file; none where there is no such file. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(path, { encoding: 'utf8' }), crlfDelay: Infinity })
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
