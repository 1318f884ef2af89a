import { expect, test } from 'vitest'
import { dayMail, type DayMailOptions } from '../../src/report/day-mail.js'
import { shownHours } from '../../src/report/shown-hours.js'
import type { Book } from '../../src/vault/book.js'
import { bookOf } from './book-of.js'

const DAY = Date.parse('2026-11-21T00:00:00Z')
const MORNING_AFTER = Date.parse('2026-11-22T06:00:00Z')
const hours = Array.from({ length: 24 }, (_, hour) => `2026-11-21_${String(hour).padStart(2, '0')}`)
const quiet = { only1: 1, only2: 1, both: 1998 }

const base = {
  redundant: true,
  differencePercent: 5,
  timezone: 'UTC',
  nowMs: MORNING_AFTER,
  patienceMs: 3 * 3_600_000,
  beginning: DAY - 86_400_000,
}
const mailOf = (books: Book[], options: Partial<DayMailOptions> = {}, damaged: number[] = []) =>
  dayMail({ day: DAY, books, damaged }, { ...base, ...options })

test('a good day says so in few words, shows the table, and has the report attached', () => {
  const mail = mailOf(hours.map((hour) => bookOf(hour, quiet)))
  expect(mail.about).toBe('report-2026-11-21')
  expect(mail.subject).toBe('collector: 2026-11-21: 48,000 tweets, complete')
  expect(mail.text.split('\n').slice(0, 9)).toEqual([
    'On 2026-11-21 48,000 tweets were archived, in 24 hours.',
    'Hours are UTC.',
    'Every hour is complete: at each moment of it a server heard the stream.',
    'Server 1 alone had 24 of them, server 2 alone 24: a difference of 0.1%.',
    'In no hour was it above 5%.',
    'No line was rejected.',
    '',
    'hour  serv 1  serv 2  total  diff  diff %     state',
    '  00    1999    1999   2000     2    0.1%  complete',
  ])
  expect(mail.attachments?.[0]).toEqual({
    filename: '2026-11-21_report.txt',
    content: expect.stringMatching(/^hour\tserv 1\tserv 2.*\n00\t1999\t1999\t2000\t2\t0.1%\n/) as string,
  })
})

test('a bad day names its hours: missing, far apart, without a server, rejected lines, damaged books', () => {
  const books = hours.slice(3, 20).map((hour) => bookOf(hour, quiet))
  books[4] = bookOf('2026-11-21_07', { only1: 100, both: 900, rejected: 12 })
  books[5] = bookOf('2026-11-21_08', { only1: 1000, missing: [2] })
  const mail = mailOf(books, {}, [DAY + 22 * 3_600_000])
  expect(mail.subject).toBe('collector: 2026-11-21: 32,000 tweets, 1 hour damaged, 6 hours missing')
  expect(mail.text).toContain('Not archived: 00-02, 20-21, 23.')
  expect(mail.text).toContain('Damaged, though archived once: 22.')
  expect(mail.text).toContain('It was above 5% in: 07-08.')
  expect(mail.text).toContain('Archived without server 2: 08.')
  expect(mail.text).not.toContain('Archived without server 1')
  expect(mail.text).toContain('12 lines could not be used')
})

test('a difference at the limit is not named, one above it is', () => {
  const book = bookOf('2026-11-21_07', { only1: 50, both: 950 })
  expect(mailOf([book], { differencePercent: 5 }).text).toContain('In no hour was it above 5%')
  expect(mailOf([book], { differencePercent: 4.99 }).text).toContain('It was above 4.99% in: 07.')
})

test("times are shown in the settings' zone beside the report's own hours, also over a change of clocks", () => {
  const vienna = mailOf([bookOf('2026-11-21_07', { only1: 1 })], { timezone: 'Europe/Vienna' })
  expect(vienna.text).toContain('Hours are UTC; in brackets: Europe/Vienna.')
  expect(vienna.text).toContain('It was above 5% in: 07 (08:00-09:00).')
  expect(vienna.text).toContain('hour  local  serv 1  serv 2  total  diff  diff %     state\n  07  08:00       1')
  const october = Date.parse('2026-10-25T00:00:00Z')
  const changed = dayMail(
    { day: october, books: [0, 1].map((hour) => bookOf(`2026-10-25_0${hour}`)), damaged: [] },
    { ...base, beginning: 0, redundant: false, timezone: 'Europe/Vienna', nowMs: october + 7 * 3_600_000 },
  )
  expect(changed.text).toContain('Not archived: 02-03 (03:00-05:00).')
  expect(changed.text).toContain(
    'hour        local  tweets     state\n  00  02:00+02:00       0  complete\n  01  02:00+01:00       0  complete\n',
  )
})

test('with one server nothing is compared', () => {
  const mail = mailOf([bookOf('2026-11-21_07', { only1: 5 })], { redundant: false })
  expect(mail.text).not.toMatch(/server|difference/i)
  expect(mail.text).toContain('hour  tweets     state\n  07       5  complete\n')
})

test('hours that are not due yet, or may still wait for server 2, are to come and not missing', () => {
  const early = mailOf([bookOf('2026-11-21_00', quiet)], { nowMs: DAY + 2 * 3_600_000 + 1 })
  expect(early.subject).toBe('collector: 2026-11-21: 2,000 tweets, 23 hours to come')
  const books = hours.slice(0, 23).map((hour) => bookOf(hour, quiet))
  const night = mailOf(books, { nowMs: DAY + 24.5 * 3_600_000 })
  expect(night.subject).toBe('collector: 2026-11-21: 46,000 tweets, 1 hour to come')
  expect(night.text).toContain('Not archived yet: 23.')
  expect(night.text).not.toContain('Every hour is complete')
  expect(mailOf(books, { nowMs: DAY + 27 * 3_600_000 }).subject).toContain('1 hour missing')
})

test('on the first day hours before the beginning of the collection are not missing', () => {
  const books = hours.slice(15).map((hour) => bookOf(hour, quiet))
  const mail = mailOf(books, { beginning: DAY + 15 * 3_600_000 })
  expect(mail.subject).toBe('collector: 2026-11-21: 18,000 tweets, complete')
  expect(mail.text).not.toContain('Not archived')
})

const inState = (state: Book['state'], hour: string, counts = {}): Book => ({ ...bookOf(hour, counts), state })

test('days without collecting do not look calm: the subject says so, no number and no difference is told', () => {
  const mail = mailOf(hours.map((hour) => inState('not collected', hour)))
  expect(mail.subject).toBe('collector: 2026-11-21: 24 hours NOT COLLECTED')
  expect(mail.text).toContain('NOT COLLECTED: 00-23. No collector was connected in these hours')
  expect(mail.text).not.toMatch(/difference|above/)
})

test('each state is told by its name, in subject, sentences and table, and never as another one', () => {
  const partial: Book = {
    ...inState('partial', '2026-11-21_02', quiet),
    listening: {
      seconds_heard: { 1: 3300, 2: 3000, either: 3540 },
      gaps: [
        { from: '2026-11-21T02:10:00.000Z', to: '2026-11-21T02:15:00.000Z', server: 1, reason: 'disconnected' },
        { from: '2026-11-21T02:14:00.000Z', to: '2026-11-21T02:24:00.000Z', server: 2, reason: 'stopped' },
      ],
      settled: true,
    },
  }
  const lost = [{ server: 2, name: 'x', sha256: 'a', reason: 'archive_damaged', revision: 2 }] as const
  const books = [
    ...hours.slice(5).map((hour) => bookOf(hour, quiet)),
    inState('not collected', '2026-11-21_00'),
    inState('empty', '2026-11-21_01'),
    partial,
    inState(undefined, '2026-11-21_03', quiet),
    { ...bookOf('2026-11-21_04', quiet), lost: [...lost] },
  ]
  const { subject, text } = mailOf(books)
  expect(subject).toBe(
    'collector: 2026-11-21: 44,000 tweets, 1 hour NOT COLLECTED, 1 hour damaged, 1 hour partial, 1 hour empty, ' +
      '1 hour not known to be whole, 1 hour with losses',
  )
  const flat = text.replaceAll('\n', ' ')
  expect(flat).toContain(
    'Partial: 02. Nobody heard 60 seconds of the stream: 02:14:00-02:15:00 (1: disconnected, 2: stopped).',
  )
  expect(flat).toContain('Empty: 01. A collector was connected throughout')
  expect(flat).toContain('Damaged, though archived once: 04.')
  expect(flat).toContain('Not known to be whole: 03.')
  for (const row of [
    / 00 .* not collected$/m,
    / 01 .* empty$/m,
    / 02 .* partial$/m,
    / 03 .* unknown$/m,
    / 04 .* damaged$/m,
  ])
    expect(text).toMatch(row)
})

test('at a change of clocks an hour that comes twice is told from the other one', () => {
  expect(shownHours([Date.parse('2026-10-25T00:00Z')], 'Europe/Vienna')).toBe('00 (02:00+02:00-02:00+01:00)')
  expect(shownHours([Date.parse('2026-10-25T01:00Z')], 'Europe/Vienna')).toBe('01 (02:00-03:00)')
  expect(shownHours([Date.parse('2026-03-29T00:00Z')], 'Europe/Vienna')).toBe('00 (01:00+01:00-03:00+02:00)')
  expect(shownHours([Date.parse('2026-10-25T00:00Z')], 'Asia/Kolkata')).toBe('00 (05:30-06:30)')
})

test('no line of the text is longer than mail programs leave as it is, and no word is lost', () => {
  const everyOther = hours.filter((_, hour) => hour % 2 === 0).map((hour) => bookOf(hour, { only1: 12_345_678 }))
  const { text } = mailOf(everyOther, { timezone: 'America/Argentina/ComodRivadavia' })
  const lines = text.split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(76)
  expect(text.replaceAll('\n', ' ')).toContain('20 (17:00-18:00), 22 (19:00-20:00). The journals say when')
})

test('a day without books says what to do, and has nothing attached', () => {
  const mail = mailOf([])
  expect(mail.subject).toBe('collector: 2026-11-21: 24 hours missing')
  expect(mail.text).toMatch(/^There is no report of 2026-11-21: [^]*\n.*collector process-hour/)
  expect(mail).not.toHaveProperty('attachments')
})

test('on a day on which the clocks change, the times at which nobody heard the stream have their offset', () => {
  const day = Date.parse('2026-10-25T00:00:00Z')
  const gap = { from: '2026-10-25T00:59:00.000Z', to: '2026-10-25T01:00:00.000Z', reason: 'stopped' } as const
  const book: Book = {
    ...bookOf('2026-10-25_00', quiet),
    state: 'partial',
    listening: {
      seconds_heard: { 1: 3540, 2: 3540, either: 3540 },
      gaps: [
        { ...gap, server: 1 },
        { ...gap, server: 2 },
      ],
      settled: true,
    },
  }
  const options = { ...base, timezone: 'Europe/Vienna', nowMs: day + 30 * 3_600_000, beginning: day }
  const { text } = dayMail({ day, books: [book], damaged: [] }, options)
  expect(text.replaceAll('\n', ' ')).toContain(
    'Nobody heard 60 seconds of the stream, in Europe/Vienna: 02:59:00+02:00-02:00:00+01:00 (stopped).',
  )
})
