import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { namesIn } from '../durable/folder.js'
import { readState, writeState } from '../durable/state-file.js'
import { parseDayName } from '../utc.js'

/** A file of the vault, and its place in the project's storage. */
export interface ToPublish {
  readonly local: string
  /** `2026/11/21/2026-11-21_13_IDs.txt.xz` */
  readonly remote: string
}

/** A day's files that go out, and a fingerprint of their names, sizes and times. */
interface DayToPublish {
  readonly day: string
  readonly fingerprint: string
  readonly files: readonly ToPublish[]
}

const publishedSchema = z.record(z.string(), z.string())
const publishedPath = (stateFolder: string): string => join(stateFolder, 'published-days.json')

/** Whether a file of the vault is published: an hour's IDs, a day's report. */
const isPublished = (name: string): boolean => /_IDs\.txt\.xz$|_report\.txt$/.test(name)

/**
 * The days of which something may not be published yet, oldest first. Those that were published whole and have not
 * changed since are passed over; losing that knowledge costs a look at every file.
 */
export async function daysToPublish(vault: string, stateFolder: string): Promise<DayToPublish[]> {
  const published = (await readState(publishedPath(stateFolder), publishedSchema)) ?? {}
  const days: DayToPublish[] = []
  for (const day of await namesIn(vault)) {
    if (parseDayName(day) === undefined) continue
    const names = (await namesIn(join(vault, day))).filter(isPublished)
    const fingerprint = await fingerprintOf(join(vault, day), names)
    if (names.length === 0 || published[day] === fingerprint) continue
    const files = names.map((name) => ({
      local: join(vault, day, name),
      remote: `${day.replaceAll('-', '/')}/${name}`,
    }))
    days.push({ day, fingerprint, files })
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

async function fingerprintOf(folder: string, names: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const name of names) {
    const { size, mtimeMs } = await stat(join(folder, name))
    hash.update(`${name} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}
