import type { Mail } from '../health/mail/mail.js'
import { changesClocks, localTime } from '../local-time.js'
import { dayName, dayOf, hourName } from '../utc.js'
import type { Book } from '../vault/book.js'
import { stateIn, type DayBooks } from './day-books.js'
import { dayReport, differencePercent, hourStart, percentText, reportName, reportRows, sum } from './day-report.js'
import { dayStates, hoursText, stateSentences, statesInShort, type DayStates, type Expectation } from './day-states.js'
import { shownHours } from './shown-hours.js'

export interface DayMailOptions extends Expectation {
  readonly redundant: boolean
  /** Hours above this difference are named. */
  readonly differencePercent: number
  /** IANA name, for the times that are shown. */
  readonly timezone: string
  /** Hours, also of other days, whose notice of lost files nobody has removed yet. */
  readonly unseenLosses?: readonly number[]
}

/**
 * The mail about a day: first sentences that say what a person must know, then the report as a table, and the report
 * itself attached. ASCII only, so that it reads well also as it is sent.
 */
export function dayMail(found: DayBooks, options: DayMailOptions): Mail {
  const { day, books } = found
  const states = dayStates(found, options)
  const text = [
    ...sentences(found, states, options).flatMap(wrapped),
    ...(books.length > 0 ? ['', ...table(found, options)] : []),
    '',
  ].join('\n')
  return {
    about: `report-${dayName(day)}`,
    subject: `collector: ${dayName(day)}: ${inShort(found, states, options).join(', ')}`,
    text,
    ...(books.length > 0
      ? { attachments: [{ filename: reportName(day), content: dayReport(books, options.redundant) }] }
      : {}),
  }
}

/** Of a day of which nothing is known to have been heard no number is told, which would look as if all were well. */
function inShort(found: DayBooks, states: DayStates, options: DayMailOptions): string[] {
  const losses = hoursWithLosses(found, options)
  const lost = losses.length > 0 ? [`${hoursText(losses.length)} with losses`] : []
  const isNothing = states.hours['not collected'].length === found.books.length
  const total = sum(found.books, ({ archived }) => archived)
  return [...(isNothing ? [] : [`${grouped(total)} tweets`]), ...statesInShort(states), ...lost]
}

function sentences(found: DayBooks, states: DayStates, options: DayMailOptions): string[] {
  const { day, books } = found
  const { timezone } = options
  const zone = timezone === 'UTC' ? 'Hours are UTC.' : `Hours are UTC; in brackets: ${timezone}.`
  if (books.length === 0)
    return [
      `There is no report of ${dayName(day)}: no hour of it has a book that can be read.`,
      ...stateSentences(found, states, timezone),
      ...lossSentences(found, options),
      'Check that the process-hour run works: collector process-hour tells what it waits for.',
    ]
  const total = sum(books, ({ archived }) => archived)
  return [
    `On ${dayName(day)} ${grouped(total)} tweets were archived, in ${hoursText(books.length)}.`,
    zone,
    ...stateSentences(found, states, timezone),
    ...lossSentences(found, options),
    ...(options.redundant && total > 0 ? comparison(books, options) : []),
    rejectedSentence(books),
  ]
}

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

/** The report's rows, columns flush right, with the state, and the local time where it is another one. */
function table(found: DayBooks, { redundant, timezone }: DayMailOptions): string[] {
  const inOrder = found.books.toSorted((a, b) => hourStart(a) - hourStart(b))
  const withOffset = changesClocks(found.day, timezone)
  const times =
    timezone === 'UTC' ? [] : ['local', ...inOrder.map((book) => localTime(hourStart(book), timezone, withOffset))]
  const states = ['state', ...inOrder.map((book) => stateIn(found, book))]
  const rows = reportRows(inOrder, redundant).map(([hour = '', ...cells], index) => [
    hour,
    ...times.slice(index, index + 1),
    ...cells,
    ...states.slice(index, index + 1),
  ])
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '))
}

/** Lines of at most 76 letters, which mail programs leave as they are. */
const wrapped = (sentence: string): string[] => sentence.match(/\S.{0,75}(?=\s|$)/g) ?? []

const grouped = (count: number): string => count.toLocaleString('en-US')
