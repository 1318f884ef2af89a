import { expect, test } from 'vitest'
import { describeLoss, explainLoss } from '../../src/demo/explained-loss.js'
import { MINUTE_MS } from '../../src/utc.js'
import type { Book } from '../../src/vault/book.js'
import { bookOf } from '../report/book-of.js'
import { idAt } from '../support/tweets.js'

const HOUR = Date.parse('2026-11-21T14:00:00Z')
const at = (minute: number) => new Date(HOUR + minute * MINUTE_MS).toISOString()
const lostAt = (...minutes: number[]) => minutes.map((minute) => idAt(HOUR + minute * MINUTE_MS))

const book: Book = {
  ...bookOf('2026-11-21_14'),
  listening: {
    seconds_heard: { 1: 3000, 2: 2700, either: 3300 },
    gaps: [
      { from: at(20), to: at(30), server: 1, reason: 'disconnected' },
      { from: at(25), to: at(40), server: 2, reason: 'stopped' },
    ],
    settled: true,
  },
}

test('a lost tweet is explained by the time in which neither server heard the stream, and by no other', () => {
  const { unheard, unexplained } = explainLoss(lostAt(25, 27, 29.9, 21, 35, 50), [book])
  expect(unheard).toMatchObject([{ fromMs: HOUR + 25 * MINUTE_MS, toMs: HOUR + 30 * MINUTE_MS, tweets: 3 }])
  expect(unexplained).toBe(3)
})

test('what was on its way when the gap began is explained by it', () => {
  expect(explainLoss(lostAt(24.2), [book])).toMatchObject({ unheard: [{ tweets: 1 }], unexplained: 0 })
})

test('an hour without a book, or with one that tells nothing, explains no loss', () => {
  expect(explainLoss(lostAt(27), []).unexplained).toBe(1)
  expect(explainLoss(lostAt(27), [bookOf('2026-11-21_14')]).unexplained).toBe(1)
})

test('the words name the time, the reason and the count; without a loss there are none', () => {
  expect(describeLoss(explainLoss(lostAt(26, 27, 50), [book]))).toBe(
    '\nWhat was lost, by the books of its hours:\n' +
      '           2  made from 14:25:00 to 14:30:00, or on their way then, when nobody heard the stream: 1: disconnected, 2: stopped\n' +
      '           1  that no book explains: please report this\n',
  )
  expect(describeLoss(explainLoss([], [book]))).toBe('')
})
