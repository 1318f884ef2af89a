import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../clock.js'
import { makeFolder, namesIn } from '../../durable/folder.js'
import { hashFile } from '../../durable/hash.js'
import { readState, writeState } from '../../durable/state-file.js'
import { writeWholeFile } from '../../durable/whole-file.js'
import type { FileToPublish } from '../../osf/publish.js'
import type { OsfSettings } from '../../settings/settings.js'
import { dayName, parseDayName } from '../../utc.js'
import { publishedFiles } from '../published-files.js'
import { DATA_PACKAGE, dataPackage } from './data-package.js'
import { readDataset } from './dataset.js'
import { HOURS_TABLE, hoursTable } from './hours-table.js'
import { README, readme } from './readme.js'

export interface Describing {
  readonly vault: string
  readonly stateFolder: string
  readonly settings: OsfSettings
  readonly clock: Clock
  /** Files that are not at OSF yet, by their path there. */
  readonly behind: ReadonlySet<string>
  /** `daily`: not again on a UTC day on which it was published. */
  readonly when: 'daily' | 'always'
}

const describedSchema = z.object({ day: z.string(), target: z.string() })
const describedPath = (stateFolder: string): string => join(stateFolder, 'dataset-described.json')
const targetOf = ({ project, storage }: OsfSettings): string => `${project}/${storage}`

/**
 * Write the description of the data set (README.md, datapackage.json, hours.csv) into the state folder, to be published in
 * the project's root. Nothing where it is not due, or nothing is archived. @throws CorruptStateError
 */
export async function describeDataset(describing: Describing): Promise<FileToPublish[]> {
  const { vault, stateFolder, settings, clock, behind, when } = describing
  const described = await readState(describedPath(stateFolder), describedSchema)
  const isDone = described?.day === dayName(clock.now()) && described.target === targetOf(settings)
  if (when === 'daily' && isDone) return []
  const dataset = await readDataset(vault, behind)
  if (dataset.hours.length === 0) return []
  const folder = join(stateFolder, 'dataset')
  await makeFolder(folder)
  const nowMs = clock.now()
  await writeWholeFile(join(folder, HOURS_TABLE), hoursTable(dataset))
  const table = await hashFile(join(folder, HOURS_TABLE))
  const reports = (await reportPaths(vault)).filter((path) => !behind.has(path))
  await writeWholeFile(join(folder, DATA_PACKAGE), dataPackage({ dataset, settings, reports, table, nowMs }))
  await writeWholeFile(join(folder, README), readme(dataset, settings, nowMs))
  return [HOURS_TABLE, DATA_PACKAGE, README].map((name) => ({ local: join(folder, name), remote: name }))
}

/** Remember that today's description is published. */
export const rememberDescribed = ({
  stateFolder,
  settings,
  clock,
}: Pick<Describing, 'stateFolder' | 'settings' | 'clock'>): Promise<void> =>
  writeState(describedPath(stateFolder), { day: dayName(clock.now()), target: targetOf(settings) })

async function reportPaths(vault: string): Promise<string[]> {
  const days = (await namesIn(vault)).filter((name) => parseDayName(name) !== undefined)
  const files = (await Promise.all(days.map((day) => publishedFiles(vault, day)))).flat()
  return files.map(({ remote }) => remote).filter((remote) => remote.endsWith('_report.txt'))
}
