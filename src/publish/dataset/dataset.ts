import { namesIn } from '../../durable/folder.js'
import { dayName, dayOf, HOUR_MS, parseDayName } from '../../utc.js'
import { archiveName } from '../../vault/archive-names.js'
import type { HourState } from '../../vault/listening.js'
import { remotePath } from '../published-files.js'
import { readDayFacts, type DayFacts, type Memory } from './day-facts.js'
import type { HourFacts } from './hour-facts.js'

/** What a reader of the data set may count on. An hour that is due and has no book is `not archived`. */
export const DATASET_STATES = [
  'complete',
  'partial',
  'not collected',
  'damaged',
  'empty',
  'unknown',
  'not archived',
] as const satisfies readonly (HourState | 'not archived')[]

export type DatasetState = (typeof DATASET_STATES)[number]

/** A file at OSF, or on its way there. */
export interface IdsFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** An hour of the collection. Without a book that can be read it has nothing but its state, and the file that is published. */
export interface DatasetHour {
  readonly hour: number
  readonly state: DatasetState
  readonly facts: HourFacts | undefined
  readonly ids: (IdsFile & { readonly is: 'published' | 'pending' }) | undefined
}

/** A version of the program, and the first hour whose last revision it wrote. */
export interface Writer {
  readonly version: string
  readonly compressor: string
  readonly since: number
}

/** What is published, as its books have it: every hour from the beginning to the last, and those before of which there is anything. */
export interface Dataset {
  readonly hours: readonly DatasetHour[]
  readonly redundant: boolean
  readonly writers: readonly Writer[]
}

export interface DatasetPlace {
  readonly vault: string
  /** Files that are not at OSF as the vault has them, by their path there. */
  readonly behind: ReadonlySet<string>
  /** Files of the vault that are damaged, by their path at OSF. */
  readonly damaged: ReadonlySet<string>
  /** What is at OSF of a file, by its path there; `undefined` where nothing is known to be. */
  readonly atOsf: (path: string) => { bytes: number; sha256: string } | undefined
  readonly memory?: Memory | undefined
  /** The collection's first hour; where it is not known, the first hour of which there is anything. */
  readonly beginning?: number | undefined
}

/** Read the books of a vault, oldest first. */
export async function readDataset(place: DatasetPlace): Promise<Dataset> {
  const days = new Map<number, DayFacts>()
  for (const name of await namesIn(place.vault)) {
    const day = parseDayName(name)
    if (day !== undefined) days.set(day, await readDayFacts(place.vault, name, place.memory))
  }
  const there = [...days.values()].flatMap((day) => [...day.keys()])
  const hours: DatasetHour[] = []
  if (there.length > 0)
    for (let hour = least(there); hour <= most(there); hour += HOUR_MS) {
      const found = datasetHour(hour, days.get(dayOf(hour))?.get(hour), place)
      if (found.state !== 'not archived' || hour >= (place.beginning ?? -Infinity)) hours.push(found)
    }
  return { hours, redundant: hours.some(({ facts }) => facts?.redundant), writers: writersOf(hours) }
}

const least = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b))
const most = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b))

function datasetHour(hour: number, found: HourFacts | 'damaged' | undefined, place: DatasetPlace): DatasetHour {
  const path = remotePath(dayName(hour), archiveName(hour, 'IDs'))
  const published = place.atOsf(path)
  const facts = found === 'damaged' ? undefined : found
  // What was published once has been archived once.
  const state = place.damaged.has(path)
    ? 'damaged'
    : (facts?.state ?? ((found ?? published) ? 'damaged' : 'not archived'))
  return { hour, state, facts, ids: idsFile(path, state, facts, published, place.behind) }
}

/** Of a damaged hour what counts is what is published of it: no machine takes that away. */
function idsFile(
  path: string,
  state: DatasetState,
  facts: HourFacts | undefined,
  published: { bytes: number; sha256: string } | undefined,
  behind: ReadonlySet<string>,
): DatasetHour['ids'] {
  if (state === 'damaged' && published) return { path, ...published, is: 'published' }
  if (!facts?.ids) return undefined
  const { bytes, sha256 } = facts.ids
  return { path, bytes, sha256, is: behind.has(path) ? 'pending' : 'published' }
}

function writersOf(hours: readonly DatasetHour[]): Writer[] {
  const writers = new Map<string, Writer>()
  for (const { hour, facts } of hours) {
    if (!facts) continue
    const { version, compressor } = facts.program
    const key = `${version} ${compressor}`
    if (!writers.has(key)) writers.set(key, { version, compressor, since: hour })
  }
  return [...writers.values()]
}

/** How many hours are in a state. */
export const countHours = ({ hours }: Dataset, state: DatasetState): number =>
  hours.filter((hour) => hour.state === state).length

/** How many hours have a file that is published, or is not yet. */
export const countFiles = ({ hours }: Dataset, is: 'published' | 'pending'): number =>
  hours.filter(({ ids }) => ids?.is === is).length

/** What the book tells of an hour's IDs, where that is what is in its file. Of a damaged hour the file may be an earlier one. */
export const countsOf = ({ ids, facts }: DatasetHour): HourFacts | undefined =>
  ids === undefined || ids.sha256 === facts?.ids?.sha256 ? facts : undefined

/** IDs that are published, as far as it is known how many a file has. */
export const countIds = ({ hours }: Dataset): number =>
  hours.reduce((sum, hour) => sum + (hour.ids?.is === 'published' ? (countsOf(hour)?.archived ?? 0) : 0), 0)

/** Files that are published and of which it is not known how many IDs they have. */
export const countUncounted = ({ hours }: Dataset): number =>
  hours.filter((hour) => hour.ids?.is === 'published' && !countsOf(hour)).length
