import { parseArchiveName, type ArchiveKind } from '../vault/archive-names.js'
import type { Book } from '../vault/book.js'
import { bookName } from '../vault/book.js'
import { entryOf, lostRows } from '../vault/lost-rows.js'

/** What does not add up within an hour's book (promise 4), and between its counts and the files that it names. */
export function bookFaults(book: Book, hour: number): string[] {
  const { servers, archived, both, only_1, only_2, users } = book
  const rows = (kind: ArchiveKind): number => entryOf(book, kind)?.rows ?? 0
  return [
    ...unequal('its hour is another one', `${book.hour}_hour.json`, bookName(hour)),
    ...([1, 2] as const).flatMap((server) => {
      const { lines, rejected_by_collector, distinct, repeated, rejected } = servers[server]
      const booked = book.inputs.filter((input) => input.server === server).reduce((sum, input) => sum + input.lines, 0)
      return [
        // What was mended may count some lines twice, never one less.
        ...(lines < booked ? [`server ${server}: lines: ${lines}, but its minute files have ${booked}`] : []),
        ...unequal(
          `server ${server}: lines + rejected by the collector against distinct + repeated + rejected`,
          lines + rejected_by_collector,
          distinct + repeated + rejected,
        ),
        ...unequal(
          `server ${server}: distinct against both + alone`,
          distinct,
          both + (server === 1 ? only_1 : only_2),
        ),
      ]
    }),
    ...unequal('archived against both + only_1 + only_2', archived, both + only_1 + only_2),
    ...unequal('archived against the rows of tweets.csv.xz', archived, rows('tweets')),
    ...unequal('archived against the rows of IDs.txt.xz', archived + lostRows(book), rows('IDs')),
    ...unequal('users against the rows of users.csv.xz', users, rows('users')),
    ...unequal(
      'rejected against the rows of rejected.jsonl.xz',
      servers[1].rejected + servers[2].rejected,
      rows('rejected'),
    ),
    ...book.archive
      .filter(({ name }) => parseArchiveName(name)?.hour !== hour)
      .map(({ name }) => `it names ${name}, which is no file of this hour`),
  ]
}

const unequal = <T>(what: string, a: T, b: T): string[] => (a === b ? [] : [`${what}: ${String(a)}, not ${String(b)}`])
