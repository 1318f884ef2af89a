import { join } from 'node:path'
import { stat } from '../../durable/files.js'
import { z } from 'zod'
import { makeFolder, namesIn } from '../../durable/folder.js'
import { CorruptStateError, readState, writeState } from '../../durable/state-file.js'
import { parseArchiveName } from '../../vault/archive-names.js'
import { parseBookName } from '../../vault/book.js'
import { hourFactsSchema, readHourFacts, type HourFacts } from './hour-facts.js'

/** A day's hours of which the vault has something, by the hour (ms since 1970). */
export type DayFacts = ReadonlyMap<number, HourFacts | 'damaged'>

const rememberedSchema = z.object({
  /** Of the day's folder, when it was read: every file of ours is renamed into it, which changes it. */
  changed: z.number(),
  hours: z.array(z.tuple([z.number(), z.union([hourFactsSchema, z.literal('damaged')])])),
})

/** Where it is kept what the books told, for years of them take a while to read. `anew`: read them all the same. */
export interface Memory {
  readonly folder: string
  readonly anew: boolean
}

/** What the books of a day (`2026-11-21`) tell; from memory where nothing has changed there. Without a memory nothing is written. */
export async function readDayFacts(vault: string, day: string, memory: Memory | undefined): Promise<DayFacts> {
  const folder = join(vault, day)
  if (!memory) return readHours(vault, new Set(await namesIn(folder)))
  const changed = (await stat(folder)).mtimeMs
  const path = join(memory.folder, `${day}.json`)
  const remembered = memory.anew ? undefined : await read(path)
  if (remembered?.changed === changed) return new Map(remembered.hours)
  const hours = await readHours(vault, new Set(await namesIn(folder)))
  await makeFolder(memory.folder)
  await writeState(path, { changed, hours: [...hours] })
  return hours
}

/** A damaged one is as good as none. */
const read = (path: string) =>
  readState(path, rememberedSchema).catch((error: unknown) => {
    if (error instanceof CorruptStateError) return undefined
    throw error
  })

async function readHours(vault: string, names: ReadonlySet<string>): Promise<DayFacts> {
  const hours = new Map<number, HourFacts | 'damaged'>()
  for (const name of names) {
    const booked = parseBookName(name)
    if (booked !== undefined) hours.set(booked, await readHourFacts(vault, booked, names))
    // Archive files without a book: it was archived once.
    const hour = parseArchiveName(name)?.hour
    if (hour !== undefined && !hours.has(hour)) hours.set(hour, 'damaged')
  }
  return hours
}
