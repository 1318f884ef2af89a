import { expect, test } from 'vitest'
import { isAlive, newborn, turned } from '../../src/collecting/vital-signs.js'
import { MINUTE_MS } from '../../src/utc.js'

const START = Date.parse('2026-11-21T13:00:00Z')
const vitals = () => newborn({ server: 1, version: '1', coveredUntil: undefined }, START)

test('a collector is alive while both its loops turn', () => {
  const signs = vitals()
  expect(isAlive(signs, START)).toBe(true)
  for (let now = START; now < START + 60 * MINUTE_MS; now += MINUTE_MS / 3) {
    turned(signs, now)
    signs.lastTickAt = now
    expect(isAlive(signs, now + MINUTE_MS / 3)).toBe(true)
  }
})

test('a stream loop that hangs is not alive, one that waits on purpose is', () => {
  const hanging = vitals()
  const waiting = vitals()
  turned(waiting, START, 15 * MINUTE_MS)
  const later = START + 16 * MINUTE_MS
  hanging.lastTickAt = waiting.lastTickAt = later
  expect([isAlive(hanging, later), isAlive(waiting, later)]).toEqual([false, true])
  waiting.lastTickAt = later + 2 * MINUTE_MS
  expect(isAlive(waiting, later + 2 * MINUTE_MS)).toBe(false)
})

test('a clock loop that hangs is not alive', () => {
  const signs = vitals()
  turned(signs, START + 5 * MINUTE_MS)
  expect(isAlive(signs, START + 5 * MINUTE_MS)).toBe(false)
})
