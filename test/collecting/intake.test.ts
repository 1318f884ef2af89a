import { expect, test } from 'vitest'
import { takeIn } from '../../src/collecting/intake.js'
import { newborn } from '../../src/collecting/vital-signs.js'
import type { NewEvent } from '../../src/spool/journal.js'
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
  const clock = new SleeplessClock(START, { socketMs: 1000 })
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
