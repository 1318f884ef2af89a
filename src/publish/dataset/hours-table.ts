import { csvLine } from '../../tweet/csv-line.js'
import { isoSeconds } from '../../utc.js'
import { countsOf, type Dataset, type DatasetHour } from './dataset.js'
import { hourFields } from './fields.js'

export const HOURS_TABLE = 'hours.csv'

/** `hours.csv`: a row for every hour of the collection, also for those of which nothing is there. */
export const hoursTable = ({ hours }: Dataset): string =>
  [hourFields.map(({ name }) => name), ...hours.map(cells)].map(csvLine).join('')

function cells(row: DatasetHour): string[] {
  const { hour, state, facts, ids } = row
  const counts = countsOf(row)
  const seconds = facts?.listening?.seconds_heard
  return [
    isoSeconds(hour),
    state,
    ...[counts?.archived, counts?.both, counts?.only_1, counts?.only_2, facts?.rejected].map(cell),
    ...[seconds?.[1], seconds?.[2], seconds?.either].map(cell),
    facts?.missing_servers.join(' ') ?? '',
    cell(facts?.revision),
    ids?.is ?? '',
    ids?.path ?? '',
    cell(ids?.bytes),
    ids?.sha256 ?? '',
  ]
}

/** What is not known is left empty. */
const cell = (count: number | null | undefined): string => (count === null || count === undefined ? '' : String(count))
