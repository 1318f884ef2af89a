import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder, remove } from '../durable/disk.js'
import { namesIn } from '../durable/folder.js'
import { readState, writeState } from '../durable/state-file.js'
import { lastResort, orLastResort, rememberingFolders } from '../health/last-resort.js'
import { dayName, parseDayName } from '../utc.js'
import { stateIn, type DayBooks } from './day-books.js'

const mailedSchema = z.object({
  days: z.array(z.iso.date()),
  /** By day: what the mail said last, and how often the day was mailed. */
  reports: z.record(z.string(), z.object({ facts: z.string(), mails: z.int() })).optional(),
  /** Days whose report was to be mailed and waits for their hours. */
  owed: z.array(z.iso.date()).optional(),
})

type Mailed = z.infer<typeof mailedSchema>

/** Of so many days it is remembered what the mail said: what comes later corrects no report. */
const MOST_REPORTS = 40

const MAILED = 'reports-mailed.json'
const mailedPath = (folder: string): string => join(folder, MAILED)

/** As it was noted last, be it in memory. */
async function readMailed(stateFolder: string): Promise<Mailed> {
  for (const folder of await rememberingFolders(stateFolder)) {
    const mailed = await readState(mailedPath(folder), mailedSchema)
    if (mailed) return mailed
  }
  return { days: [] }
}

/** Where the state folder can't be written it is noted in memory, lest the same report goes out at every run. */
async function writeMailed(stateFolder: string, mailed: Mailed): Promise<void> {
  const used = await orLastResort(stateFolder, async (folder) => {
    await makeFolder(folder)
    await writeState(mailedPath(folder), mailed)
    return folder
  })
  if (used !== stateFolder) return
  for (const folder of (await rememberingFolders(stateFolder)).slice(0, -1)) await remove(mailedPath(folder))
}

/** The folder in memory in which it is noted what was mailed, while the state folder can't be written; else `undefined`. */
export async function notedInMemory(stateFolder: string): Promise<string | undefined> {
  const resort = await lastResort(stateFolder)
  return resort !== undefined && (await namesIn(resort)).includes(MAILED) ? resort : undefined
}

/** What a report was put into the outbox with; `facts` is `undefined` where an earlier version mailed it. */
export interface MailedBefore {
  readonly facts: string | undefined
  readonly mails: number
}

/** `undefined` where a day's report was not put into the outbox yet. @throws CorruptStateError */
export async function mailedBefore(stateFolder: string, day: number): Promise<MailedBefore | undefined> {
  const { days, reports = {} } = await readMailed(stateFolder)
  const name = dayName(day)
  return reports[name] ?? (days.includes(name) ? { facts: undefined, mails: 1 } : undefined)
}

/** Remember that a day's report is in the outbox; on the disk when this returns, or in memory where it can't be written. @throws CorruptStateError */
export async function rememberMailed(
  stateFolder: string,
  day: number,
  report: { facts: string; mails: number },
): Promise<void> {
  const { days, reports = {}, owed = [] } = await readMailed(stateFolder)
  const name = dayName(day)
  const all = Object.entries({ ...reports, [name]: report }).sort(([a], [b]) => (a < b ? -1 : 1))
  await writeMailed(stateFolder, {
    days: [...new Set(days).add(name)].sort(),
    reports: Object.fromEntries(all.slice(-MOST_REPORTS)),
    owed: owed.filter((other) => other !== name),
  })
}

/** Remember that a day's report is to be mailed once its hours are archived. @throws CorruptStateError */
export async function rememberOwed(stateFolder: string, day: number): Promise<void> {
  const mailed = await readMailed(stateFolder)
  await writeMailed(stateFolder, { ...mailed, owed: [...new Set(mailed.owed).add(dayName(day))].sort() })
}

/** The days whose report is owed, oldest first. @throws CorruptStateError */
export const owedDays = async (stateFolder: string): Promise<number[]> =>
  ((await readMailed(stateFolder)).owed ?? []).map(parseDayName).filter((day) => day !== undefined)

/** The youngest day whose report was put into the outbox: `2026-11-21`; `undefined` before the first. @throws CorruptStateError */
export const lastMailed = async (stateFolder: string): Promise<string | undefined> =>
  (await readMailed(stateFolder)).days.toSorted().at(-1)

/** A fingerprint of what a report tells of its day: where it changes, the report is another. */
export function factsOf(found: DayBooks): string {
  const hours = found.books.map((book) => [
    ...[book.hour, stateIn(found, book), book.archived, book.only_1, book.only_2],
    ...[
      book.servers[1].rejected,
      book.servers[2].rejected,
      book.lost?.length ?? 0,
      book.listening?.seconds_heard.either,
    ],
  ])
  const text = JSON.stringify([hours.sort(), found.damaged])
  return createHash('sha256').update(text).digest('hex')
}
