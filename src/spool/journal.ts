import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { makeFolder, namesIn, syncFolder } from '../durable/folder.js'
import { errorCode } from '../operator-error.js'
import { dayName, parseDayName } from '../utc.js'
import { fileSize } from './spool-files.js'

const at = { at: z.iso.datetime() }

/** What a collector writes down beside the tweets: its life, the connection's, and every file that it sealed. */
export const journalEventSchema = z.discriminatedUnion('event', [
  z.object({ ...at, event: z.literal('started'), version: z.string(), server: z.union([z.literal(1), z.literal(2)]) }),
  z.object({ ...at, event: z.literal('stopped') }),
  z.object({ ...at, event: z.literal('connected'), backfill_minutes: z.int() }),
  z.object({ ...at, event: z.literal('disconnected'), reason: z.string() }),
  z.object({ ...at, event: z.literal('refused'), reason: z.string(), wait_ms: z.number() }),
  z.object({ ...at, event: z.literal('silence'), since: z.iso.datetime() }),
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
  await appendLines(join(spool, JOURNAL_FOLDER), journalName(nowMs), [{ at: new Date(nowMs).toISOString(), ...event }])
}

/** Append JSON lines to `folder/name`, on lines of their own even after a torn one; synced when this returns. */
export async function appendLines(folder: string, name: string, values: readonly unknown[]): Promise<void> {
  await makeFolder(folder)
  const path = join(folder, name)
  const isNew = (await fileSize(path)) === undefined
  const file = await open(path, 'a+', 0o640)
  try {
    const lines = values.map((value) => `${JSON.stringify(value)}\n`).join('')
    await file.appendFile((await endsTorn(file)) ? `\n${lines}` : lines)
    await file.sync()
  } finally {
    await file.close()
  }
  if (isNew) await syncFolder(folder)
}

async function endsTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return false
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] !== LF
}

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

/** The lines of a text file; none where there is no such file. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })
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
