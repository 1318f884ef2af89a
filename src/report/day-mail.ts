import type { Mail } from '../health/mail/mail.js'
import { DAY_MS, dayName, dayOf, HOUR_MS, hourName } from '../utc.js'
import type { Book } from '../vault/book.js'
import type { DayBooks } from './day-books.js'
import { dayReport, differencePercent, hourStart, percentText, reportName, reportRows, sum } from './day-report.js'
import { localTime, shownHours } from './shown-hours.js'

export interface DayMailOptions {
  readonly redundant: boolean
  /** Hours above this difference are named. */
  readonly differencePercent: number
  /** IANA name, for the times that are shown. */
  readonly timezone: string
  /** Hours that end later are not missed. */
  readonly nowMs: number
  /** Hours, also of other days, whose notice of lost files nobody has removed yet. */
  readonly unseenLosses?: readonly number[]
}

/**
 * The mail about a day: first sentences that say what a person must know, then the report as a table, and the report
 * itself attached. ASCII only, so that it reads well also as it is sent.
 */
export function dayMail(found: DayBooks, options: DayMailOptions): Mail {
  const { day, books } = found
  const missing = missingHours(found, options.nowMs)
  const total = sum(books, ({ archived }) => archived)
  const trouble = [
    [missing, 'missing'] as const,
    [found.damaged, 'damaged'] as const,
    [hoursWithLosses(found, options), 'with losses'] as const,
  ].flatMap(([hours, what]) => (hours.length > 0 ? [`, ${hoursText(hours.length)} ${what}`] : []))
  const text = [
    ...sentences(found, missing, options).flatMap(wrapped),
    ...(books.length > 0 ? ['', ...table(books, options)] : []),
    '',
  ].join('\n')
  return {
    about: `report-${dayName(day)}`,
    subject: `collector: ${dayName(day)}: ${grouped(total)} tweets${trouble.join('')}`,
    text,
    ...(books.length > 0
      ? { attachments: [{ filename: reportName(day), content: dayReport(books, options.redundant) }] }
      : {}),
  }
}

function missingHours({ day, books, damaged }: DayBooks, nowMs: number): number[] {
  const there = new Set([...books.map(hourStart), ...damaged])
  return Array.from({ length: DAY_MS / HOUR_MS }, (_, index) => day + index * HOUR_MS).filter(
    (hour) => !there.has(hour) && hour + HOUR_MS <= nowMs,
  )
}

function sentences(found: DayBooks, missing: readonly number[], options: DayMailOptions): string[] {
  const { day, books, damaged } = found
  const { timezone } = options
  const zone = timezone === 'UTC' ? 'Hours are UTC.' : `Hours are UTC; in brackets: ${timezone}.`
  if (books.length === 0)
    return [
      `There is no report of ${dayName(day)}: no hour of it has a book that can be read.`,
      ...damagedSentence(damaged, timezone),
      ...lossSentences(found, options),
      'Check that the process-hour run works: collector process-hour tells what it waits for.',
    ]
  return [
    `On ${dayName(day)} ${grouped(sum(books, ({ archived }) => archived))} tweets were archived, in ${hoursText(books.length)}.`,
    zone,
    ...missingSentence(missing, timezone),
    ...damagedSentence(damaged, timezone),
    ...lossSentences(found, options),
    ...(options.redundant ? comparison(books, options) : []),
    rejectedSentence(books),
  ]
}

const missingSentence = (missing: readonly number[], timezone: string): string[] =>
  missing.length === 0
    ? []
    : [
        `Not archived: ${shownHours(missing, timezone)}. Either the collection began later, or these hours still wait, ` +
          'or they failed: collector process-hour tells which.',
      ]

const damagedSentence = (damaged: readonly number[], timezone: string): string[] =>
  damaged.length === 0
    ? []
    : [
        `The book is damaged of: ${shownHours(damaged, timezone)}. collector verify --mend makes it anew from the ` +
          'archive files.',
      ]

/** Lost files of the day, seen or not, and those of other days that nobody has seen. */
function lossSentences({ day, books }: DayBooks, { timezone, unseenLosses = [] }: DayMailOptions): string[] {
  const others = unseenLosses.filter((hour) => dayOf(hour) !== day).map(hourName)
  return [
    ...books.flatMap((book) => {
      const count = (server: 1 | 2) => book.lost?.filter((file) => file.server === server).length ?? 0
      if (!book.lost) return []
      return [
        `Minute files lost in ${shownHours([hourStart(book)], timezone)}: ${count(1)} of server 1, ${count(2)} of ` +
          `server 2; ${book.hour}_hour.json in the vault names them.`,
      ]
    }),
    ...(others.length === 0
      ? []
      : [
          `Minute files are lost of earlier hours, too: ${others.join(', ')}. Read the _lost.txt of each in the vault, ` +
            'then remove it.',
        ]),
  ]
}

function hoursWithLosses({ day, books }: DayBooks, { unseenLosses = [] }: DayMailOptions): number[] {
  const own = books.filter(({ lost }) => lost).map(hourStart)
  return [...own, ...unseenLosses.filter((hour) => dayOf(hour) !== day)]
}

/** What two servers say about each other. */
function comparison(books: readonly Book[], { differencePercent: limit, timezone }: DayMailOptions): string[] {
  const hours = (wanted: (book: Book) => boolean) => shownHours(books.filter(wanted).map(hourStart), timezone)
  const apart = hours((book) => differencePercent([book]) > limit)
  return [
    `Server 1 alone had ${grouped(sum(books, ({ only_1 }) => only_1))} of them, server 2 alone ` +
      `${grouped(sum(books, ({ only_2 }) => only_2))}: a difference of ${percentText(differencePercent(books))}.`,
    apart === ''
      ? `In no hour was it above ${percentText(limit)}.`
      : `It was above ${percentText(limit)} in: ${apart}. The journals say when a connection was lost.`,
    ...([1, 2] as const).flatMap((server) => {
      const without = hours(({ missing_servers }) => missing_servers.includes(server))
      return without === '' ? [] : [`Archived without server ${server}: ${without}. What it delivers later is added.`]
    }),
  ]
}

function rejectedSentence(books: readonly Book[]): string {
  const rejected = sum(books, ({ servers }) => servers[1].rejected + servers[2].rejected)
  return rejected === 0
    ? 'No line was rejected.'
    : `${grouped(rejected)} lines could not be used; they are kept in the *_rejected.jsonl.xz files.`
}

/** The report's rows, columns flush right, with the local time where it is another one. */
function table(books: readonly Book[], { redundant, timezone }: DayMailOptions): string[] {
  const inOrder = books.toSorted((a, b) => hourStart(a) - hourStart(b))
  const times = timezone === 'UTC' ? [] : ['local', ...inOrder.map((book) => localTime(hourStart(book), timezone))]
  const rows = reportRows(inOrder, redundant).map(([hour = '', ...cells], index) => [
    hour,
    ...times.slice(index, index + 1),
    ...cells,
  ])
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '))
}

/** Lines of at most 76 letters, which mail programs leave as they are. */
const wrapped = (sentence: string): string[] => sentence.match(/\S.{0,75}(?=\s|$)/g) ?? []

const hoursText = (count: number): string => (count === 1 ? '1 hour' : `${count} hours`)

const grouped = (count: number): string => count.toLocaleString('en-US')
