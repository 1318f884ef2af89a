import { createHash } from 'node:crypto'
import { stat } from '../durable/files.js'
import { join } from 'node:path'
import { z } from 'zod'
import { namesIn } from '../durable/folder.js'
import { readState, writeState } from '../durable/state-file.js'
import type { FileToPublish } from '../osf/publish.js'
import { dayName, parseDayName } from '../utc.js'
import { publishedFiles } from './published-files.js'

/** A day's files that go out, and a fingerprint of their names, sizes and times. */
export interface DayToPublish {
  readonly day: string
  readonly fingerprint: string
  readonly files: readonly FileToPublish[]
}

/** Which days are wanted: all of which something may have changed, or more. */
export interface WantedDays {
  /** This one alone, changed or not. */
  readonly day?: number | undefined
  /** Also those that were published whole and have not changed since. */
  readonly again?: boolean | undefined
}

const publishedSchema = z.record(z.string(), z.string())
const publishedPath = (stateFolder: string): string => join(stateFolder, 'published-days.json')

/**
 * The days of which something may not be published yet, oldest first. Those that were published whole and have not
 * changed since are passed over; losing that knowledge costs a look at every file.
 */
export async function daysToPublish(
  vault: string,
  stateFolder: string,
  { day: only, again = false }: WantedDays = {},
): Promise<DayToPublish[]> {
  const published = (await readState(publishedPath(stateFolder), publishedSchema)) ?? {}
  const days: DayToPublish[] = []
  for (const day of await namesIn(vault)) {
    if (parseDayName(day) === undefined || (only !== undefined && day !== dayName(only))) continue
    const files = await publishedFiles(vault, day)
    const fingerprint = await fingerprintOf(files)
    const isKnown = published[day] === fingerprint && !again && only === undefined
    if (files.length > 0 && !isKnown) days.push({ day, fingerprint, files })
  }
  return days
}

/** Remember the days that are published whole. */
export async function rememberPublished(stateFolder: string, days: readonly DayToPublish[]): Promise<void> {
  if (days.length === 0) return
  const published = (await readState(publishedPath(stateFolder), publishedSchema)) ?? {}
  const added = Object.fromEntries(days.map(({ day, fingerprint }) => [day, fingerprint]))
  await writeState(publishedPath(stateFolder), { ...published, ...added })
}

async function fingerprintOf(files: readonly FileToPublish[]): Promise<string> {
  const hash = createHash('sha256')
  for (const { local, remote } of files) {
    const { size, mtimeMs } = await stat(local)
    hash.update(`${remote} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}
