import type { OsfSettings } from '../../settings/settings.js'
import { dayOf, parseDayName } from '../../utc.js'
import { daysToPublish } from '../days-to-publish.js'
import { UploadLedger } from '../../osf/upload-ledger.js'
import { publishPlan } from '../publish-plan.js'
import { readDataset } from './dataset.js'
import { GAPS_TABLE, gapsTable } from './gaps-table.js'
import { HOURS_TABLE, hoursTable } from './hours-table.js'

/** What the next description of the data set would say. */
export interface TablesNow {
  /** Text by name: `hours.csv`, `gaps.csv`. */
  readonly tables: ReadonlyMap<string, string>
  /** Whether something of an hour's day waits to be published: then the hour may be described as it was. */
  readonly isDue: (hour: number) => boolean
}

/** The tables as the books and the upload ledger would have them now. Nothing is written. */
export async function tablesNow(place: {
  readonly vault: string
  readonly stateFolder: string
  readonly settings: OsfSettings
  readonly beginning?: number | undefined
}): Promise<TablesNow> {
  const { vault, stateFolder, settings, beginning } = place
  const ledger = new UploadLedger(stateFolder, settings)
  await ledger.read().catch(() => undefined)
  const planned = await publishPlan(place, {})
  const due = new Set((await daysToPublish(vault, stateFolder)).map(({ day }) => parseDayName(day)))
  const dataset = await readDataset({
    ...{ vault, beginning },
    behind: new Set(planned.map(({ remote }) => remote)),
    damaged: new Set(planned.filter(({ is }) => is === 'held-back').map(({ remote }) => remote)),
    atOsf: (path) => ledger.at(path),
  })
  const tables = new Map([
    [HOURS_TABLE, hoursTable(dataset)],
    [GAPS_TABLE, gapsTable(dataset)],
  ])
  return { tables, isDue: (hour) => due.has(dayOf(hour)) }
}
