import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readMail, waitingMails } from '../../src/health/mail/outbox.js'
import { clockByTweets } from '../../src/hour/clock-doubt.js'
import { hoursInScope } from '../../src/hour/hours-in-scope.js'
import { hoursExitCode, processHours } from '../../src/hour/process-hours.js'
import { describeRun, runExitCode, runProcessHour } from '../../src/hour/run.js'
import { scopeOf } from '../../src/hour/scope.js'
import { whatIsDue } from '../../src/hour/what-is-due.js'
import type { MailSettings } from '../../src/settings/settings.js'
import { appendToJournal } from '../../src/spool/journal.js'
import { DAY_MS, HOUR_MS, isoSeconds, MINUTE_MS } from '../../src/utc.js'
import { bookedHours } from '../../src/vault/booked-hours.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { ManualClock } from '../support/manual-clock.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { payload } from '../support/tweets.js'

type World = Awaited<ReturnType<typeof hourWorld>>

const YEARS = 3 * 365 * DAY_MS
const mail: MailSettings = {
  ...{ host: '127.0.0.1', port: 9, security: 'none', from: 'a@example.org', to: ['b@example.org'] },
  ...{ user: undefined, passwordFile: undefined, caFile: undefined, ehloName: undefined },
}

/** Both servers have collected an hour, and one more of server 2 is half delivered. */
async function collectedWorld(): Promise<World> {
  const world = await hourWorld()
  await appendToJournal(world.spools[1], HOUR - MINUTE_MS, { event: 'started', version: '0', server: 1 })
  for (const server of [1, 2] as const) await world.collected(server, [payload(HOUR + MINUTE_MS)])
  await world.batchOf(HOUR - HOUR_MS)
  await world.batchOf()
  return world
}

const run = (world: World) => {
  const settings = { ...world.settings, mail }
  const token = () => Promise.resolve('t')
  const options = { settings, publishes: false, osfToken: token, mailPassword: () => Promise.resolve(undefined) }
  return runProcessHour(world.context, { ...options, random: () => 0.5 }, () => undefined)
}

const booked = async ({ vault }: World) => (await bookedHours(vault)).map(isoSeconds)
const HOURS = ['2026-11-21T12:00:00Z', '2026-11-21T13:00:00Z']

test('a clock that is years ahead archives what was collected and no hour that has not come, keeps every record, and is told once', async () => {
  await using world = await collectedWorld()
  const records = async () => (await readdir(join(world.spools[1], 'journal'))).concat(await receipts(world))
  world.clock.advance(YEARS)
  const first = await run(world)
  expect(await booked(world)).toEqual(HOURS)
  expect(first.clock).toMatch(
    /^this machine's clock shows 2029-.*, but nothing was .* since 2026-11-21T13:00:00Z: set the clock/,
  )
  expect(runExitCode(first)).toBe(3)
  expect(describeRun(first)).toContain(first.clock)
  expect(await records()).toEqual(['2026-11-21.jsonl', '2026-11-21_12.json', '2026-11-21_13.json'])
  const again = await run(world)
  expect([again.archived, runExitCode(again)]).toEqual([[], 3])
  expect(await booked(world)).toEqual(HOURS)
  const subjects = (await Promise.all((await waitingMails(world.settings.server.stateFolder)).map(readMail))).map(
    (found) => found?.subject,
  )
  expect(subjects).toEqual(['collector server 1: process-hour: the clock is not believed'])
  expect(await whatIsDue(world.context, undefined)).toEqual([])

  world.clock.advance(-YEARS + HOUR_MS)
  const right = await run(world)
  expect([right.clock, right.failed]).toEqual([null, []])
})

const receipts = async (world: World) =>
  (await readdir(join(world.spools[2], 'receipts'))).filter((name) => name.startsWith('2'))

test('a clock that is years behind makes no book, and says so', async () => {
  await using world = await collectedWorld()
  await run(world)
  world.clock.advance(-YEARS)
  const done = await run(world)
  expect(await booked(world)).toEqual(HOURS)
  expect(done.clock).toMatch(
    /^this machine's clock shows 2023-.*, but the archive has hours up to 2026-11-21_13: set the clock/,
  )
  expect([done.archived, runExitCode(done)]).toEqual([[], 3])
})

test('a clock that was never right before finds what was collected to be of a time that has not come', async () => {
  await using world = await collectedWorld()
  world.clock.advance(-YEARS)
  const done = await processHours(world.context)
  expect(await booked(world)).toEqual([])
  expect(done.passed_over).toContainEqual({
    entry: join(world.spools[1], '2026-11-21', '13'),
    reason: 'is of a time that has not come',
  })
  expect(hoursExitCode(done)).toBe(3)
})

test('an outage of a month with the machine off is one, and its hours are due', async () => {
  await using world = await collectedWorld()
  world.clock.advance(30 * DAY_MS)
  const { hours, doubt } = await hoursInScope(world.context, undefined)
  expect(doubt).toBeUndefined()
  expect([hours.length, hours.at(-1)]).toEqual([2 + 30 * 24, HOUR + 30 * DAY_MS])
})

test('after an outage of months its hours are due as soon as a collector has filed something again', async () => {
  await using world = await collectedWorld()
  world.clock.advance(40 * DAY_MS)
  const before = await hoursInScope(world.context, undefined)
  expect([before.doubt?.believedMs, before.hours.length]).toEqual([HOUR, 2])
  const now = world.clock.now()
  await world.collected(1, [payload(now - 30 * MINUTE_MS)], now - 30 * MINUTE_MS)
  const { hours, doubt } = await hoursInScope(world.context, undefined)
  expect(doubt).toBeUndefined()
  expect(hours.length).toBeGreaterThan(40 * 24)
})

test('who names the day is believed more than the clock', async () => {
  await using world = await collectedWorld()
  world.clock.advance(40 * DAY_MS)
  const { hours } = await hoursInScope(world.context, scopeOf({ day: '2026-11-23' }))
  expect(hours).toHaveLength(24)
})

const heartbeat = (written: number, ahead: number | null) => ({
  ...{ process: 1, server: 1, version: '0', connection: 'connected', open_minutes: [] },
  ...{ started_at: isoSeconds(written), written_at: isoSeconds(written), connected_at: isoSeconds(written) },
  ...{ last_byte_at: null, last_tweet_at: null, covered_until: null, clock_ahead_s: ahead },
  totals: { tweets: 1, rejected: 0, connects: 1, disconnects: 0 },
})

const clocks: [string, number, number | null, number][] = [
  ['two days ahead', 5000, (2 * DAY_MS) / 1000, -2 * DAY_MS],
  ['two hours ahead, by a collector that has ended', HOUR_MS, 7200, -2 * HOUR_MS],
  ['years behind', 5000, -YEARS / 1000, YEARS],
  ['right', 5000, null, 0],
  ['a minute ahead, which does no harm', 5000, 60, 0],
  ['set right since a collector ended that found it behind', 2 * HOUR_MS, -7200, 0],
  ['set right since a collector ended that found it ahead', -2 * HOUR_MS, 7200, 0],
  ['right, and the heartbeat is of last week', 7 * DAY_MS, 7200, 0],
]

test.each(clocks)('hours go by the time in the tweets where the clock is %s', async (_, age, ahead, change) => {
  await using folder = await temporaryFolder()
  const clock = new ManualClock(HOUR)
  await writeFile(join(folder.path, 'heartbeat.json'), JSON.stringify(heartbeat(HOUR - age, ahead)))
  const log = recordingLog()
  expect((await clockByTweets(folder.path, clock, log)).now()).toBe(HOUR + change)
  expect(log.events).toHaveLength(change === 0 ? 0 : 1)
})

test('no heartbeat, and one that is damaged, say nothing of the clock', async () => {
  await using folder = await temporaryFolder()
  const clock = new ManualClock(HOUR)
  expect((await clockByTweets(folder.path, clock, recordingLog())).now()).toBe(HOUR)
  await mkdir(join(folder.path, 'heartbeat.json'))
  expect((await clockByTweets(folder.path, clock, recordingLog())).now()).toBe(HOUR)
})
