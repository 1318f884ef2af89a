import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../clock.js'
import type { Log } from '../../log.js'
import { errorText } from '../../operator-error.js'
import { UploadLedger } from '../../osf/upload-ledger.js'
import { makeFolder, namesIn } from '../../durable/folder.js'
import { hashFile } from '../../durable/hash.js'
import { readState, writeState } from '../../durable/state-file.js'
import { writeWholeFile } from '../../durable/whole-file.js'
import type { FileToPublish } from '../../osf/publish.js'
import type { OsfSettings } from '../../settings/settings.js'
import { dayName, parseDayName } from '../../utc.js'
import { publishedFiles } from '../published-files.js'
import { DATA_PACKAGE, dataPackage } from './data-package.js'
import { readDataset, type Dataset } from './dataset.js'
import { GAPS_TABLE, gapsTable } from './gaps-table.js'
import { HOURS_TABLE, hoursTable } from './hours-table.js'
import { README, readme } from './readme.js'

export interface Describing {
  readonly vault: string
  readonly stateFolder: string
  readonly settings: OsfSettings
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  /** The collection's first hour; where it is not known, the first hour of which there is anything. */
  readonly beginning?: number | undefined
  /** Files that are not at OSF as the vault has them, by their path there. */
  readonly behind: ReadonlySet<string>
  /** Of these, those that are damaged in the vault. */
  readonly damaged: ReadonlySet<string>
  /** `changed`: README.md not again on a UTC day on which it was published, the rest where something has changed. */
  readonly when: 'changed' | 'always'
}

const describedSchema = z.object({
  /** The UTC day on which README.md was published last. */
  day: z.string(),
  target: z.string(),
  /** What `hours.csv`, `gaps.csv` and the list of reports said then. */
  facts: z.string().optional(),
  /** When they were written. */
  at: z.iso.datetime().optional(),
})

type Described = z.infer<typeof describedSchema>

/** A description that is to be published, and what is to be remembered once it is. */
export interface Description {
  readonly files: readonly FileToPublish[]
  readonly described: Described
}

const describedPath = (stateFolder: string): string => join(stateFolder, 'dataset-described.json')

/** Every file of the description. */
export const DATASET_FILES = [HOURS_TABLE, GAPS_TABLE, DATA_PACKAGE, README] as const

/** Where the description lies that is published. */
export const describedFolder = (stateFolder: string): string => join(stateFolder, 'dataset')

/** When the description was written that was published last; `undefined` where none was, or not to this project. */
export async function describedAt(stateFolder: string, settings: OsfSettings): Promise<number | undefined> {
  const described = await readState(describedPath(stateFolder), describedSchema)
  return described?.target === targetOf(settings) && described.at !== undefined ? Date.parse(described.at) : undefined
}

const targetOf = ({ project, storage }: OsfSettings): string => `${project}/${storage}`

/**
 * Write the description of the data set (hours.csv, gaps.csv, datapackage.json, README.md) into the state folder, to be published
 * in the project's root. What describes a file is renewed whenever the file is, README.md once a day. `undefined` where all of it
 * is published, or nothing is archived. @throws CorruptStateError
 */
export async function describeDataset(describing: Describing): Promise<Description | undefined> {
  const { stateFolder, settings, clock, when } = describing
  const before = await readState(describedPath(stateFolder), describedSchema)
  const nowMs = clock.now()
  const isNewDay = when === 'always' || before?.day !== dayName(nowMs) || before.target !== targetOf(settings)
  const dataset = await datasetOf(describing, isNewDay)
  if (dataset.hours.length === 0) return undefined
  const folder = describedFolder(stateFolder)
  await makeFolder(folder)
  await writeWholeFile(join(folder, HOURS_TABLE), hoursTable(dataset))
  await writeWholeFile(join(folder, GAPS_TABLE), gapsTable(dataset))
  const tables = {
    hours: await hashFile(join(folder, HOURS_TABLE)),
    gaps: await hashFile(join(folder, GAPS_TABLE)),
  }
  const reports = await publishedReports(describing)
  const facts = [tables.hours.sha256, tables.gaps.sha256, ...reports].join(' ')
  const described = { day: dayName(nowMs), target: targetOf(settings), facts: sha256Of(facts) }
  if (!isNewDay && before.facts === described.facts) return undefined
  await writeWholeFile(join(folder, DATA_PACKAGE), dataPackage({ ...describing, dataset, reports, tables, nowMs }))
  if (isNewDay) await writeWholeFile(join(folder, README), readme(dataset, settings, describing.version, nowMs))
  const names = [HOURS_TABLE, GAPS_TABLE, DATA_PACKAGE, ...(isNewDay ? [README] : [])]
  const at = new Date(nowMs).toISOString()
  return { files: names.map((name) => ({ local: join(folder, name), remote: name })), described: { ...described, at } }
}

/** Once a day all books are read anew. */
async function datasetOf(
  { vault, stateFolder, settings, beginning, behind, damaged, log }: Describing,
  anew: boolean,
): Promise<Dataset> {
  const memory = { folder: join(describedFolder(stateFolder), 'days'), anew }
  const ledger = new UploadLedger(stateFolder, settings)
  await ledger.read().catch((error: unknown) => {
    log.warn(`osf: the upload ledger can't be read (${errorText(error)})`)
  })
  return readDataset({ vault, beginning, behind, damaged, atOsf: (path) => ledger.at(path), memory })
}

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Remember that a description is published. */
export const rememberDescribed = (stateFolder: string, { described }: Description): Promise<void> =>
  writeState(describedPath(stateFolder), described)

async function publishedReports({ vault, behind }: Describing): Promise<string[]> {
  const days = (await namesIn(vault)).filter((name) => parseDayName(name) !== undefined)
  const files = (await Promise.all(days.map((day) => publishedFiles(vault, day)))).flat()
  return files.map(({ remote }) => remote).filter((remote) => remote.endsWith('_report.txt') && !behind.has(remote))
}
