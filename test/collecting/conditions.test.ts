import { expect, test } from 'vitest'
import { conditionsOf } from '../../src/collecting/conditions.js'
import { newborn, type VitalSigns } from '../../src/collecting/vital-signs.js'
import { MINUTE_MS } from '../../src/utc.js'

const NOW = Date.parse('2026-11-21T13:07:00Z')

/** What is told, by key: true where it is wrong, false where it is right, nothing where it is not to be known. */
function told(
  signs: Partial<VitalSigns> = {},
  findings: { freePercent?: number; leftFiles?: string[]; timezone?: string } = {},
) {
  const vitals = { ...newborn({ server: 1, version: '1', coveredUntil: undefined }, NOW - 60 * MINUTE_MS), ...signs }
  const own = {
    vitals,
    spoolFolder: '/spool',
    timezone: 'UTC',
    freePercent: 50,
    leastFreePercent: 10,
    leftFiles: [],
    ...findings,
  }
  const conditions = conditionsOf(own, NOW)
  return { ...Object.fromEntries(conditions.map(({ key, wrong }) => [key, wrong])), conditions }
}

const connected = { connection: 'connected', lastTweetAt: NOW } as const

test('a collector that works has nothing wrong', () => {
  expect(told(connected)).toMatchObject({
    stopped: false,
    refused: false,
    silent: false,
    'disk-full': false,
    'disk-low': false,
    'disk-fault': false,
  })
})

test('a collector that has just started knows nothing of its stream yet, wrong or right', () => {
  expect(Object.keys(told())).toEqual(['disk-full', 'disk-low', 'no-reserve', 'disk-fault', 'conditions'])
})

test('a stream that X refuses is told of as that, not as a silence too', () => {
  const refused = { since: NOW, message: '401: check [x] bearer_token_file' }
  const { conditions, ...keys } = told({ connection: 'waiting', refused, silentSince: NOW - 20 * MINUTE_MS })
  expect(keys).toMatchObject({ refused: true })
  expect(keys).not.toHaveProperty('silent')
  expect(JSON.stringify(conditions)).toContain('401: check [x] bearer_token_file')
})

test('a silence is told of with its beginning, whether the connection is open or not', () => {
  const { conditions, ...keys } = told({ ...connected, silentSince: NOW - 5 * MINUTE_MS })
  expect(keys).toMatchObject({ silent: true, refused: false, stopped: false })
  expect(JSON.stringify(conditions)).toContain('2026-11-21 13:02:00 UTC, 5 minutes ago; the connection is open')
})

test('a full disk is told of as that, not as a silence too', () => {
  const keys = told({ ...connected, pausedSince: NOW - 10 * MINUTE_MS, silentSince: NOW - 10 * MINUTE_MS })
  expect(keys).toMatchObject({ 'disk-full': true })
  expect(keys).not.toHaveProperty('silent')
})

test('a disk with less free than alerts.disk_free_percent is low', () => {
  expect(told(connected, { freePercent: 10 })).toMatchObject({ 'disk-low': false })
  expect(told(connected, { freePercent: 9.9 })).toMatchObject({ 'disk-low': true })
})

test('files that the disk fails are named', () => {
  const { conditions, ...keys } = told(connected, { leftFiles: ['a.part', 'b.part'] })
  expect(keys).toMatchObject({ 'disk-fault': true })
  expect(JSON.stringify(conditions)).toContain('a.part, b.part')
})

test('a refusal and a stop are over when a tweet comes, not when the connection stands', () => {
  const stands = { connection: 'connected', connectedAt: NOW - 1000, lastTweetAt: NOW - 60_000 } as const
  expect(told(stands)).not.toHaveProperty('refused')
  expect(told(stands)).not.toHaveProperty('stopped')
  expect(told({ ...stands, lastTweetAt: NOW })).toMatchObject({ refused: false, stopped: false })
})

test('a clock that differs from the tweets is told of, and that it agrees once that is known', () => {
  const { conditions, ...keys } = told({ clockFault: { since: NOW, aheadMs: -3_600_000 } })
  expect(keys).toMatchObject({ clock: true })
  expect(JSON.stringify(conditions)).toContain('clock is 3600 s behind the times in the tweets')
  expect(told({ clockFault: null })).toMatchObject({ clock: false })
  expect(told()).not.toHaveProperty('clock')
})

test('a disk without room for the reserve is told of', () => {
  expect(told({ lacksReserve: true })).toMatchObject({ 'no-reserve': true })
})

test.each([
  ['UTC', 'since 2026-11-21 13:07:00 UTC'],
  ['Asia/Kolkata', 'since 2026-11-21 18:37:00+05:30'],
  ['America/St_Johns', 'since 2026-11-21 09:37:00-03:30'],
  ['Pacific/Auckland', 'since 2026-11-22 02:07:00+13:00'],
])('every alert shows its times in the zone of the settings, here %s', (timezone, shown) => {
  const signs: Partial<VitalSigns>[] = [
    { refused: { since: NOW, message: 'X refuses the token' } },
    { pausedSince: NOW },
    { clockFault: { since: NOW, aheadMs: 60_000 } },
  ]
  for (const sign of signs)
    expect(JSON.stringify(told(sign, { timezone }).conditions)).toMatch(new RegExp(shown.replace(/[+]/, '[+]'), 'i'))
  const silent = JSON.stringify(told({ silentSince: NOW, connection: 'waiting' }, { timezone }).conditions)
  expect(silent).toContain(shown.replace('since ', 'The last tweet came '))
})
