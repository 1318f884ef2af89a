import { join } from 'node:path'
import { dayName, hourOfDay, parseHourName } from '../utc.js'
import type { Book } from '../vault/book.js'

/** `2026-11-21_report.txt` */
export const reportName = (day: number): string => `${dayName(day)}_report.txt`

export const reportPath = (vaultFolder: string, day: number): string => join(vaultFolder, dayName(day), reportName(day))

/**
 * The day report: tab-separated, a header and a row for each book, by hour. `diff` counts the tweets that one server
 * alone has. With one server it is two columns, and `redundant` decides which, not the books.
 */
export function dayReport(books: readonly Book[], redundant: boolean): string {
  return reportRows(books, redundant)
    .map((row) => `${row.join('\t')}\n`)
    .join('')
}

/** The report's cells, header first. */
export function reportRows(books: readonly Book[], redundant: boolean): string[][] {
  const inOrder = books.toSorted((a, b) => (a.hour < b.hour ? -1 : 1))
  if (!redundant) return [['hour', 'tweets'], ...inOrder.map((book) => [hourCell(book), String(book.archived)])]
  return [
    ['hour', 'serv 1', 'serv 2', 'total', 'diff', 'diff %'],
    ...inOrder.map((book) => [
      hourCell(book),
      String(book.servers[1].distinct),
      String(book.servers[2].distinct),
      String(book.archived),
      String(difference(book)),
      percentText(differencePercent([book])),
    ]),
  ]
}

/** The hour's beginning, in ms since 1970. */
export const hourStart = (book: Book): number => parseHourName(book.hour) ?? NaN

const hourCell = (book: Book): string => hourOfDay(hourStart(book))

/** Tweets that one server alone has. */
const difference = (book: Book): number => book.only_1 + book.only_2

/** The difference of some hours in percent of their tweets; 0 where there are none. */
export function differencePercent(books: readonly Book[]): number {
  const total = sum(books, ({ archived }) => archived)
  return total === 0 ? 0 : (sum(books, difference) / total) * 100
}

/** `0.5%`: two decimals at most. */
export const percentText = (percent: number): string => `${Math.round(percent * 100) / 100}%`

export const sum = (books: readonly Book[], count: (book: Book) => number): number =>
  books.reduce((total, book) => total + count(book), 0)
