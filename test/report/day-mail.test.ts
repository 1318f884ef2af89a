import { expect, test } from 'vitest'
import { dayMail, type DayMailOptions } from '../../src/report/day-mail.js'
import type { Book } from '../../src/vault/book.js'
import { bookOf } from './book-of.js'

const DAY = Date.parse('2026-11-21T00:00:00Z')
const MORNING_AFTER = Date.parse('2026-11-22T06:00:00Z')
const hours = Array.from({ length: 24 }, (_, hour) => `2026-11-21_${String(hour).padStart(2, '0')}`)
const quiet = { only1: 1, only2: 1, both: 1998 }

const mailOf = (books: Book[], options: Partial<DayMailOptions> = {}, damaged: number[] = []) =>
  dayMail(
    { day: DAY, books, damaged },
    { redundant: true, differencePercent: 5, timezone: 'UTC', nowMs: MORNING_AFTER, ...options },
  )

test('a good day says so in few words, shows the table, and has the report attached', () => {
  const mail = mailOf(hours.map((hour) => bookOf(hour, quiet)))
  expect(mail.about).toBe('report-2026-11-21')
  expect(mail.subject).toBe('collector: 2026-11-21: 48,000 tweets')
  expect(mail.text.split('\n').slice(0, 9)).toEqual([
    'On 2026-11-21 48,000 tweets were archived, in 24 hours.',
    'Hours are UTC.',
    'Server 1 alone had 24 of them, server 2 alone 24: a difference of 0.1%.',
    'In no hour was it above 5%.',
    'No line was rejected.',
    '',
    'hour  serv 1  serv 2  total  diff  diff %',
    '  00    1999    1999   2000     2    0.1%',
    '  01    1999    1999   2000     2    0.1%',
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
  expect(mail.subject).toBe('collector: 2026-11-21: 32,000 tweets, 6 hours missing, 1 hour damaged')
  expect(mail.text).toContain('Not archived: 00-02, 20-21, 23.')
  expect(mail.text).toContain('The book is damaged of: 22.')
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
  expect(vienna.text).toContain('hour  local  serv 1  serv 2  total  diff  diff %\n  07  08:00       1')
  const october = Date.parse('2026-10-25T00:00:00Z')
  const changed = dayMail(
    { day: october, books: [0, 1].map((hour) => bookOf(`2026-10-25_0${hour}`)), damaged: [] },
    { redundant: false, differencePercent: 5, timezone: 'Europe/Vienna', nowMs: october + 4 * 3_600_000 },
  )
  expect(changed.text).toContain('Not archived: 02-03 (03:00-05:00).')
  expect(changed.text).toContain('hour  local  tweets\n  00  02:00       0\n  01  02:00       0\n')
})

test('with one server nothing is compared', () => {
  const mail = mailOf([bookOf('2026-11-21_07', { only1: 5 })], { redundant: false })
  expect(mail.text).not.toMatch(/server|difference/i)
  expect(mail.text).toContain('hour  tweets\n  07       5\n')
})

test('hours that are not over yet are not missed', () => {
  const mail = mailOf([bookOf('2026-11-21_00', quiet)], { nowMs: DAY + 2 * 3_600_000 + 1 })
  expect(mail.subject).toBe('collector: 2026-11-21: 2,000 tweets, 1 hour missing')
  expect(mail.text).toContain('Not archived: 01.')
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
  expect(mail.subject).toBe('collector: 2026-11-21: 0 tweets, 24 hours missing')
  expect(mail.text).toMatch(/^There is no report of 2026-11-21: .*\n.*collector process-hour/)
  expect(mail).not.toHaveProperty('attachments')
})
