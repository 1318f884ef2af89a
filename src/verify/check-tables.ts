import { join } from 'node:path'
import type { Clock } from '../clock.js'
import { readFile } from '../durable/files.js'
import { errorCode } from '../operator-error.js'
import { describedAt, describedFolder } from '../publish/dataset/describe-dataset.js'
import { tablesNow, type TablesNow } from '../publish/dataset/tables-now.js'
import { GAPS_TABLE } from '../publish/dataset/gaps-table.js'
import { HOURS_TABLE } from '../publish/dataset/hours-table.js'
import type { OsfSettings } from '../settings/settings.js'
import { hourName } from '../utc.js'
import { readBook } from '../vault/book.js'
import { besideUploads } from './beside-uploads.js'
import { nothingFound, type Found } from './finding.js'
import { differingHours, gapsByHour, hoursByHour } from './table-rows.js'

/** Where the data set is described. */
export interface TablesPlace {
  readonly vault: string
  readonly stateFolder: string
  readonly settings: OsfSettings
  readonly beginning: number | undefined
}

const READERS = { [HOURS_TABLE]: hoursByHour, [GAPS_TABLE]: gapsByHour } as const

/**
 * Hold the tables that were published last against the books: a reader of the data set must not be told of an hour what its book does
 * not say. What changed after that, or waits to be published, is told with the next publication. Before the first there is none.
 */
export const checkTables = (
  place: TablesPlace,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Found> => besideUploads(() => compareTables(place), { stateFolder: place.stateFolder, clock, signal })

async function compareTables(place: TablesPlace): Promise<Found> {
  const found = nothingFound()
  const atMs = await describedAt(place.stateFolder, place.settings)
  if (atMs === undefined) return found
  const now = await tablesNow(place)
  for (const [name, read] of Object.entries(READERS)) {
    const text = await textOf(join(describedFolder(place.stateFolder), name))
    const differing = text === undefined ? undefined : differingHours(read(text), read(now.tables.get(name) ?? ''))
    const wrong = differing && (await unexplained(differing, atMs, now, place.vault))
    if (!wrong)
      found.findings.push({ place: name, text: `missing in ${describedFolder(place.stateFolder)}: ${ADVICE}` })
    else if (wrong.length > 0)
      found.findings.push({ place: name, text: `not what the archive says of ${shown(wrong)}: ${ADVICE}` })
  }
  return found
}

const ADVICE = 'collector publish writes it anew'

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
}

/** Hours that have not changed since they were described, and of which nothing waits. */
async function unexplained(
  hours: readonly number[],
  atMs: number,
  { isDue }: TablesNow,
  vault: string,
): Promise<number[]> {
  const found: number[] = []
  for (const hour of hours) {
    const book = Number.isNaN(hour) ? undefined : await readBook(vault, hour).catch(() => undefined)
    const changedMs = Date.parse(book?.revisions.at(-1)?.at ?? '')
    if (!(changedMs > atMs) && !isDue(hour)) found.push(hour)
  }
  return found
}

function shown(hours: readonly number[]): string {
  const [first = NaN] = hours
  const name = Number.isNaN(first) ? 'a row that is none' : hourName(first)
  return hours.length === 1 ? name : `${name} and ${hours.length - 1} more`
}
