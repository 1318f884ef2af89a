import { expect, test } from 'vitest'
import { takeIn } from '../../src/collecting/intake.js'
import { newborn } from '../../src/collecting/vital-signs.js'
import type { NewEvent } from '../../src/spool/journal.js'
import { StreamError } from '../../src/x-api/stream-error.js'
import type { StreamItem } from '../../src/x-api/stream-item.js'
import { recordingLog } from '../support/recording-log.js'
import { SleeplessClock } from '../support/sleepless-clock.js'

const START = '2026-11-21T13:00:00Z'
const START_MS = Date.parse(START)

const tweets = (text: string, second: number): StreamItem => ({
  kind: 'tweets',
  lines: [Buffer.from(text)],
  receivedAt: START_MS + second * 1000,
  url: 'https://x',
  coveredUntil: START_MS + second * 1000,
  madeAt: undefined,
})

test('who is stopped while the disk is full files nothing after what it gives up, and says so in the journal', async () => {
  const clock = new SleeplessClock(START)
  const vitals = newborn({ server: 1, version: '0.1.0', coveredUntil: START_MS }, START_MS)
  const stop = new AbortController()
  const given: string[] = []
  const events: NewEvent[] = []
  let full = false
  const spool = {
    file: (lines: readonly Buffer[]) => {
      given.push(...lines.map(String))
      return Promise.resolve({ filed: full ? 0 : lines.length, rejected: 0, left: full ? [...lines] : [] })
    },
    journal: (event: NewEvent) => {
      events.push(event)
      return Promise.resolve()
    },
  }
  const room = {
    wait: () => {
      stop.abort()
      return Promise.resolve(false)
    },
    resume: () => Promise.resolve(),
  }
  async function* items(): AsyncGenerator<StreamItem> {
    yield tweets('filed', 1)
    full = true
    yield tweets('given up', 2)
    full = false
    yield tweets('after it', 3)
    yield await Promise.resolve({ kind: 'disconnected', at: START_MS + 4000, reason: 'stopped' } as const)
  }
  await takeIn(items(), { spool, room, vitals, clock, log: recordingLog() }, stop.signal)
  expect(given).toEqual(['filed', 'given up'])
  expect(vitals.totals.tweets).toBe(1)
  expect(vitals.coveredUntil).toBe(START_MS + 1000)
  expect(events).toEqual([
    { event: 'disconnected', reason: 'stopped', covered_until: new Date(START_MS + 1000).toISOString() },
  ])
})

test('of a flood of messages twenty a minute are told one by one, in journal and log, and all are counted', async () => {
  const clock = new SleeplessClock(START)
  const vitals = newborn({ server: 1, version: '0.1.0', coveredUntil: undefined }, START_MS)
  const events: NewEvent[] = []
  const log = recordingLog()
  const spool = {
    file: () => Promise.resolve({ filed: 0, rejected: 0, left: [] }),
    journal: (event: NewEvent) => Promise.resolve(void events.push(event)),
  }
  const room = { wait: () => Promise.resolve(true), resume: () => Promise.resolve() }
  async function* items(): AsyncGenerator<StreamItem> {
    for (let second = 0; second < 180; second += 1) {
      for (let n = 0; n < 10; n += 1) yield { kind: 'message', at: clock.now(), line: '{}' }
      yield { kind: 'more-messages', at: clock.now(), count: 90 }
      clock.advance(1000)
    }
    yield await Promise.resolve({ kind: 'disconnected', at: clock.now(), reason: 'stopped' } as const)
  }
  await takeIn(items(), { spool, room, vitals, clock, log }, new AbortController().signal)
  const told = events.filter(({ event }) => event === 'message').length
  const counted = events.reduce((sum, event) => sum + (event.event === 'messages' ? event.count : 0), 0)
  expect([told, counted + told, vitals.totals.messages]).toEqual([60, 18_000, 18_000])
  expect(log.events.length).toBeLessThan(80)
})

test('a token that systemd loads at the start alone and that X refuses for long ends the collector, any other does not', async () => {
  const error = new StreamError('unauthorized', '401', { status: 401 })
  async function* refusals(): AsyncGenerator<StreamItem> {
    for (let n = 0; n < 4; n += 1)
      yield await Promise.resolve({ kind: 'refused', at: START_MS, error, waitMs: 1 } as const)
  }
  const clock = new SleeplessClock(START)
  const journaled = async (endsWhenRefused: boolean) => {
    let events = 0
    const spool = {
      file: () => Promise.resolve({ filed: 0, rejected: 0, left: [] }),
      journal: () => {
        events += 1
        return Promise.resolve()
      },
    }
    const room = { wait: () => Promise.resolve(true), resume: () => Promise.resolve() }
    const vitals = newborn({ server: 1, version: '0.1.0', coveredUntil: undefined }, START_MS)
    const own = { spool, room, vitals, clock, log: recordingLog(), endsWhenRefused }
    await takeIn(refusals(), own, new AbortController().signal)
    return events
  }
  expect([await journaled(false), await journaled(true)]).toEqual([4, 2])
})
