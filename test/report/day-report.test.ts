import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayReport, percentText, reportName, reportPath } from '../../src/report/day-report.js'
import { bookOf } from './book-of.js'

const DAY = Date.parse('2026-11-21T00:00:00Z')

test('the report is the one that the model writes, tab for tab', () => {
  const book = bookOf('2026-11-21_13', { only1: 505, only2: 343, both: 169_150 })
  expect(dayReport([book], true)).toBe(
    'hour\tserv 1\tserv 2\ttotal\tdiff\tdiff %\n13\t169655\t169493\t169998\t848\t0.5%\n',
  )
})

test('with one server it has two columns', () => {
  expect(dayReport([bookOf('2026-11-21_13', { only1: 169_655 })], false)).toBe('hour\ttweets\n13\t169655\n')
})

test('rows stand by hour, in whatever order the books come; an empty hour is 0%', () => {
  const hours = ['2026-11-21_10', '2026-11-21_02', '2026-11-21_23', '2026-11-21_09']
  expect(
    dayReport(
      hours.map((hour) => bookOf(hour)),
      true,
    ).split('\n'),
  ).toEqual([
    'hour\tserv 1\tserv 2\ttotal\tdiff\tdiff %',
    '02\t0\t0\t0\t0\t0%',
    '09\t0\t0\t0\t0\t0%',
    '10\t0\t0\t0\t0\t0%',
    '23\t0\t0\t0\t0\t0%',
    '',
  ])
})

test('no book is a header without rows', () => {
  expect(dayReport([], false)).toBe('hour\ttweets\n')
})

test.each([
  [0, '0%'],
  [0.004, '0%'],
  [0.005, '0.01%'],
  [0.4988, '0.5%'],
  [12.345, '12.35%'],
  [33.3333, '33.33%'],
  [100, '100%'],
])('%d percent is %s: two decimals at most', (percent, text) => {
  expect(percentText(percent)).toBe(text)
})

test('diff is what one server alone has, and never more than the total', () => {
  const count = fc.nat(1_000_000)
  fc.assert(
    fc.property(count, count, count, (only1, only2, both) => {
      const row =
        dayReport([bookOf('2026-11-21_13', { only1, only2, both })], true)
          .split('\n')[1]
          ?.split('\t') ?? []
      const [one, two, total, diff] = row.slice(1, 5).map(Number) as [number, number, number, number]
      expect([one + only2, two + only1, diff]).toEqual([total, total, only1 + only2])
      expect(diff).toBeLessThanOrEqual(total)
      expect(row[5]).toMatch(/^\d{1,3}(\.\d{1,2})?%$/)
    }),
  )
})

test('a report is named after its day, and lies in its folder', () => {
  expect(reportName(DAY)).toBe('2026-11-21_report.txt')
  expect(reportPath('/vault', DAY)).toBe('/vault/2026-11-21/2026-11-21_report.txt')
})
