import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fastClock, type Clock } from '../../src/clock.js'
import { collect } from '../../src/collecting/collect.js'
import type { Notify } from '../../src/collecting/systemd-notify.js'
import { readHeartbeat } from '../../src/health/heartbeat.js'
import type { Settings } from '../../src/settings/settings.js'
import { journalDays, readJournal, type JournalEvent } from '../../src/spool/journal.js'
import { DAY_MS, MINUTE_MS } from '../../src/utc.js'
import { PATIENCE_MS } from '../support/patience.js'
import { recordingLog } from '../support/recording-log.js'
import { refuses, keepsAlive, sendsAndEnds, streamServer, type Answer } from '../support/stream-server.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { idsOf, payload } from '../support/tweets.js'
import { until } from '../support/until.js'

const START = Date.parse('2026-11-21T13:07:00Z')
/** A second of the test is 20 of the collection's. */
const SPEED = 20

const settingsFor = (folder: string, baseUrl: string, lateMs: number): Settings => ({
  file: join(folder, 'settings.ini'),
  server: { number: 1, redundant: false, logLevel: 'info', timezone: 'UTC', stateFolder: join(folder, 'state') },
  x: { bearerTokenFile: undefined, baseUrl, backfillMinutes: 5, fields: 'lean', silenceMs: DAY_MS },
  spool: { folder: join(folder, 'spool'), server2Folder: undefined, lateMs, reserveBytes: 0 },
  sync: undefined,
  vault: undefined,
  process: { waitForServerMs: 0 },
  osf: undefined,
  mail: undefined,
  alerts: { differencePercent: 5, diskFreePercent: 10 },
})

/** A place with a server that answers like this, where collectors can be started one after another. */
const placeWith = (...answers: Answer[]) => placeSealing(DAY_MS, ...answers)

/** The same, with minutes that are sealed `lateMs` after their end. */
async function placeSealing(lateMs: number, ...answers: Answer[]) {
  const temporary = await temporaryFolder()
  const server = await streamServer(...answers)
  const settings = settingsFor(temporary.path, server.url, lateMs)
  const fast = fastClock({ realStartMs: Date.now(), startMs: START, speed: SPEED })
  const clock: Clock = { ...fast, socketMs: () => PATIENCE_MS }
  const log = recordingLog()
  const stops: AbortController[] = []
  const spool = settings.spool.folder
  return {
    server,
    spool,
    clock,
    log,
    start: (notify?: Notify) => {
      const stop = new AbortController()
      stops.push(stop)
      const done = collect({
        settings,
        token: () => Promise.resolve('secret-token'),
        mailPassword: () => Promise.resolve(undefined),
        version: '1.2.3',
        clock,
        log,
        random: () => 0,
        signal: stop.signal,
        notify,
      })
      done.catch(() => undefined)
      return {
        done,
        stop: async () => {
          stop.abort()
          await done
        },
      }
    },
    heartbeat: () => readHeartbeat(spool),
    journal: async () => {
      const events: JournalEvent[] = []
      for (const day of await journalDays(spool)) for await (const event of readJournal(spool, day)) events.push(event)
      return events
    },
    /** The IDs in the sealed minute files of the hour. */
    sealed: async () => {
      const names = (await readdir(join(spool, '2026-11-21/13'))).filter((name) => name.endsWith('.jsonl')).sort()
      const contents = await Promise.all(names.map((name) => readFile(join(spool, '2026-11-21/13', name), 'utf8')))
      return contents.flatMap(idsOf)
    },
    [Symbol.asyncDispose]: async () => {
      for (const stop of stops) stop.abort()
      await server[Symbol.asyncDispose]()
      await temporary[Symbol.asyncDispose]()
    },
  }
}

const tweets = (count: number, from = START): Buffer[] =>
  Array.from({ length: count }, (_, sequence) => payload(from + sequence * 100, { sequence }))

const onLines = (lines: Buffer[]): string => lines.map((line) => `${line.toString()}\r\n`).join('')
const idsIn = (lines: Buffer[]): string[] => idsOf(onLines(lines))

type Place = Awaited<ReturnType<typeof placeWith>>

const untilCounted = (place: Place, count: number) =>
  until(async () => {
    expect((await place.heartbeat())?.totals.tweets).toBe(count)
  })

const untilJournaled = (place: Place, event: JournalEvent['event']) =>
  until(async () => {
    expect((await place.journal()).map((entry) => entry.event)).toContain(event)
  })

test('what comes is filed, counted in the heartbeat, and sealed at the end', async () => {
  const lines = tweets(50)
  await using place = await placeWith(keepsAlive(onLines(lines), 'garbage\r\n'))
  const collector = place.start()
  await untilCounted(place, 50)
  expect(await place.heartbeat()).toMatchObject({
    server: 1,
    version: '1.2.3',
    process: process.pid,
    connection: 'connected',
    totals: { tweets: 50, rejected: 1, connects: 1, disconnects: 0 },
    open_minutes: ['2026-11-21_13-07'],
  })
  await collector.stop()
  expect(await place.sealed()).toEqual(idsIn(lines))
  expect(await place.heartbeat()).toMatchObject({ connection: 'stopped', open_minutes: [] })
  const journal = await place.journal()
  expect(journal.map(({ event }) => event)).toEqual([
    'started',
    'connected',
    'rejected',
    'disconnected',
    'stopped',
    'sealed',
  ])
})

test('a collector stops while nothing comes', async () => {
  await using place = await placeWith(keepsAlive())
  const collector = place.start()
  await until(async () => {
    expect((await place.heartbeat())?.connection).toBe('connected')
  })
  await collector.stop()
})

test('a collector stops while X lets it wait, without waiting on', async () => {
  await using place = await placeWith(refuses(401))
  const collector = place.start()
  await untilJournaled(place, 'refused')
  await until(async () => {
    expect((await place.heartbeat())?.connection).toBe('waiting')
  })
  await collector.stop()
  const [refused, stopped] = (await place.journal()).filter(({ event }) => event === 'refused' || event === 'stopped')
  if (refused?.event !== 'refused') expect.unreachable('no refusal is journaled')
  expect(Date.parse(stopped?.at ?? '') - Date.parse(refused.at)).toBeLessThan(refused.wait_ms)
})

test('a minute is sealed while the collector runs, late_minutes after its end', async () => {
  const lines = tweets(3, START - 7 * MINUTE_MS)
  const lateMs = 20_000
  await using place = await placeSealing(lateMs, keepsAlive(onLines(lines)))
  const collector = place.start()
  await untilJournaled(place, 'sealed')
  expect(place.clock.now()).toBeGreaterThanOrEqual(START + lateMs)
  expect(await place.sealed()).toEqual(idsIn(lines))
  await collector.stop()
})

test('a restart asks for what was missed since the last tweet that was filed', async () => {
  await using place = await placeWith(keepsAlive(onLines(tweets(5))))
  const first = place.start()
  await untilCounted(place, 5)
  await first.stop()
  const second = place.start()
  await until(() => {
    expect(place.server.requests).toHaveLength(2)
  })
  await second.stop()
  const asked = place.server.requests.map(({ url }) =>
    new URL(url ?? '', 'http://x').searchParams.get('backfill_minutes'),
  )
  expect(asked[0]).toBeNull()
  expect(Number(asked[1])).toBeGreaterThanOrEqual(1)
})

test('a restart with a damaged heartbeat asks for all the backfill there is', async () => {
  await using place = await placeWith(keepsAlive(onLines(tweets(5))))
  const first = place.start()
  await untilCounted(place, 5)
  await first.stop()
  await writeFile(join(place.spool, 'heartbeat.json'), '{"process":')
  const second = place.start()
  await until(() => {
    expect(place.server.requests[1]?.url).toContain('backfill_minutes=5')
  })
  await second.stop()
  expect(place.log.text()).toContain('asking for all the backfill')
})

test('a second collector on the same spool is refused with 75, and the first goes on', async () => {
  const lines = tweets(5)
  await using place = await placeWith(keepsAlive(onLines(lines)))
  const first = place.start()
  await untilCounted(place, 5)
  await expect(place.start().done).rejects.toMatchObject({ exitCode: 75 })
  await first.stop()
  expect(await place.sealed()).toEqual(idsIn(lines))
})

test('disconnects, refusals and messages are journaled with their reasons', async () => {
  await using place = await placeWith(
    sendsAndEnds('{"warning":"soon"}\r\n'),
    refuses(503),
    keepsAlive(onLines(tweets(1))),
  )
  const collector = place.start()
  await untilCounted(place, 1)
  await collector.stop()
  const journal = await place.journal()
  expect(journal).toContainEqual(expect.objectContaining({ event: 'message', line: '{"warning":"soon"}' }))
  expect(journal).toContainEqual(expect.objectContaining({ event: 'disconnected', reason: 'X ended the stream' }))
  expect(journal).toContainEqual(expect.objectContaining({ event: 'refused', wait_ms: 2500 }))
  expect(place.log.text()).toContain('503 Service Unavailable')
  expect(place.log.text()).not.toContain('secret-token')
})

test('a spool that can no longer be written ends the collector with that error', async () => {
  const gate = Promise.withResolvers<undefined>()
  await using place = await placeWith(async (response) => {
    keepsAlive(onLines(tweets(1)))(response, response.req)
    await gate.promise
    response.write(onLines(tweets(1, START + MINUTE_MS)))
  })
  const collector = place.start()
  await untilCounted(place, 1)
  await rm(place.spool, { recursive: true })
  await writeFile(place.spool, 'a file where the folder was')
  gate.resolve(undefined)
  await expect(collector.done).rejects.toThrow(/spool is no folder|ENOTDIR|ENOENT|EEXIST/)
})

test('systemd learns of the start when the spool is open, and of the end before the sealing', async () => {
  const told: string[] = []
  const shown = new Set<string>()
  const notify: Notify = {
    ready: () => told.push('ready'),
    stopping: () => told.push('stopping'),
    status: (line) => shown.add(line),
    guard: (isAlive) => {
      told.push(`guarded, alive: ${isAlive()}`)
      return { [Symbol.dispose]: () => told.push('unguarded') }
    },
  }
  await using place = await placeWith(keepsAlive())
  const collector = place.start(notify)
  await untilJournaled(place, 'connected')
  await collector.stop()
  expect(told).toEqual(['guarded, alive: true', 'ready', 'stopping', 'unguarded'])
  expect([...shown].at(0)).toBe('connecting; no tweet yet; 0 minutes open')
})
