import { csvLine } from '../../tweet/csv-line.js'
import { isoSeconds } from '../../utc.js'
import type { Dataset, DatasetHour } from './dataset.js'
import { hourFields } from './fields.js'

export const HOURS_TABLE = 'hours.csv'

/** `hours.csv`: a row for every hour of the collection, also for those that are missing. */
export const hoursTable = ({ hours }: Dataset): string =>
  [hourFields.map(({ name }) => name), ...hours.map(cells)].map(csvLine).join('')

function cells({ hour, state, book, ids }: DatasetHour): string[] {
  const counts = book && [book.archived, book.both, book.only_1, book.only_2]
  return [
    isoSeconds(hour),
    state,
    ...(counts?.map(String) ?? ['', '', '', '']),
    book?.missing_servers.join(' ') ?? '',
    book ? String(book.revision) : '',
    ids?.path ?? '',
    ids ? String(ids.bytes) : '',
    ids?.sha256 ?? '',
  ]
}
