import { join } from 'node:path'
import { z } from 'zod'
import { makeSetFolder } from '../../durable/folder.js'
import { CorruptStateError, readState, writeState } from '../../durable/state-file.js'
import { journalSizes } from '../../spool/journal.js'
import { firstKeptDay } from '../../spool/kept-records.js'
import { DAY_MS, dayName, parseDayName } from '../../utc.js'
import type { HourContext } from '../hour-context.js'

const schema = z.record(z.string(), z.record(z.string(), z.int().nonnegative()))

/** By server and day, `2026-11-21`: the size of each journal that can be read, in bytes. */
export type JournalSizes = z.infer<typeof schema>

const seenPath = (stateFolder: string): string => join(stateFolder, 'journals-seen.json')

/** The sizes of today, of the days for which records are kept. A journal that cannot be opened has none. */
export async function sizesNow({ spools, clock }: HourContext): Promise<JournalSizes> {
  const nowMs = clock.now()
  const isKept = (day: number) => day >= firstKeptDay(nowMs) && day <= nowMs
  const sizes: JournalSizes = {}
  for (const { server, folder } of spools) {
    const days = await journalSizes(folder, isKept)
    sizes[server] = Object.fromEntries(days.map(([day, bytes]) => [dayName(day), bytes]))
  }
  return sizes
}

/** The sizes that were remembered last. None where that is damaged or gone: then all is looked at once more. */
export async function sizesSeen({ stateFolder }: HourContext): Promise<JournalSizes> {
  const seen = await readState(seenPath(stateFolder), schema).catch((error: unknown) => {
    if (error instanceof CorruptStateError) return undefined
    throw error
  })
  return seen ?? {}
}

export async function rememberSizes({ stateFolder }: HourContext, sizes: JournalSizes): Promise<void> {
  await makeSetFolder(stateFolder, '[server] state_folder')
  await writeState(seenPath(stateFolder), sizes)
}

/**
 * The first day of which the journals tell more than they did; `undefined` where none has grown or come. Journals only grow. One
 * also tells how the collector fared since the last one before it.
 */
export function firstDayTold(now: JournalSizes, seen: JournalSizes): number | undefined {
  const firsts = Object.entries(now).flatMap(([server, sizes]) => {
    const days = Object.keys(sizes).sort()
    const index = days.findIndex((day) => sizes[day] !== seen[server]?.[day])
    if (index === -1) return []
    const before = parseDayName(days[index - 1] ?? '')
    return [before ?? (parseDayName(days[index] ?? '') ?? NaN) - DAY_MS]
  })
  return firsts.length === 0 ? undefined : Math.min(...firsts)
}
