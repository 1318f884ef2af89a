import { expect, test } from 'vitest'
import { firstDayTold } from '../../../src/hour/listening/seen-journals.js'

const day = (name: string) => Date.parse(`${name}T00:00:00Z`)

test.each([
  ['nothing where no journal has grown', { 1: { '2026-11-20': 5 } }, { 1: { '2026-11-20': 5 } }, undefined],
  ['nothing where one is gone', { 1: {} }, { 1: { '2026-11-20': 5 } }, undefined],
  ['the day before the first of all', { 1: { '2026-11-20': 5 } }, {}, day('2026-11-19')],
  [
    'also since the last one before it',
    { 1: { '2026-11-03': 5, '2026-11-20': 5, '2026-11-21': 5 } },
    { 1: { '2026-11-03': 5, '2026-11-21': 5 } },
    day('2026-11-03'),
  ],
  [
    'the older of what two servers tell',
    { 1: { '2026-11-20': 5, '2026-11-21': 6 }, 2: { '2026-11-18': 5, '2026-11-19': 5 } },
    { 1: { '2026-11-20': 5, '2026-11-21': 5 }, 2: { '2026-11-18': 5 } },
    day('2026-11-18'),
  ],
])('journals that have grown or come tell %s', (_, now, seen, first) => {
  expect(firstDayTold(now, seen)).toBe(first)
})
