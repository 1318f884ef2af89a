import { mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeRounds } from '../../src/collecting/rounds.js'
import { newborn } from '../../src/collecting/vital-signs.js'
import { readHeartbeat } from '../../src/health/heartbeat.js'
import { readJournal, type JournalEvent } from '../../src/spool/journal.js'
import { Spool } from '../../src/spool/spool.js'
import { dayOf, MINUTE_MS } from '../../src/utc.js'
import { ManualClock } from '../support/manual-clock.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const START = Date.parse('2026-11-21T13:00:00Z')

/** A collector's rounds on a real spool, made while a test lets seconds pass. */
async function roundsOf() {
  const temporary = await temporaryFolder()
  const folder = temporary.path
  const clock = new ManualClock(START)
  const log = recordingLog()
  const spool = await Spool.open({ folder, lateMs: MINUTE_MS, version: '1', clock, log })
  const vitals = newborn({ server: 2, version: '1', coveredUntil: undefined }, START)
  const stop = new AbortController()
  const rounds = makeRounds({ spool, spoolFolder: folder, silenceMs: 5 * MINUTE_MS, vitals, clock, log }, stop.signal)
  const asleep = async () => {
    while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    folder,
    vitals,
    log,
    /** Let seconds pass, with a round in each. */
    pass: async (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        await asleep()
        clock.advance(1000)
      }
      await asleep()
    },
    journal: async () => {
      const events: JournalEvent[] = []
      for await (const event of readJournal(folder, dayOf(START))) events.push(event)
      return events
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await rounds
      await spool.close()
      await temporary[Symbol.asyncDispose]()
    },
  }
}

const logged = (place: { log: { events: Record<string, unknown>[] } }, message: string) =>
  place.log.events.filter(({ msg }) => msg === message).length

test('the heartbeat is written at the start and every five seconds', async () => {
  await using rounds = await roundsOf()
  await rounds.pass(4)
  expect((await readHeartbeat(rounds.folder))?.written_at).toBe('2026-11-21T13:00:00.000Z')
  await rounds.pass(1)
  expect((await readHeartbeat(rounds.folder))?.written_at).toBe('2026-11-21T13:00:05.000Z')
  expect(rounds.vitals.lastTickAt).toBe(START + 5000)
})

test('a silence is logged and journaled once, and its end logged', async () => {
  await using rounds = await roundsOf()
  await rounds.pass(299)
  expect(await rounds.journal()).toEqual([])
  await rounds.pass(20)
  expect(await rounds.journal()).toEqual([
    { at: '2026-11-21T13:05:00.000Z', event: 'silence', since: '2026-11-21T13:00:00.000Z' },
  ])
  rounds.vitals.lastTweetAt = START + 319_000
  await rounds.pass(2)
  expect([logged(rounds, 'the stream brings no tweets'), logged(rounds, 'tweets come again')]).toEqual([1, 1])
})

test('a heartbeat that cannot be written is said once, and the rounds go on', async () => {
  await using rounds = await roundsOf()
  await rounds.pass(1)
  const inItsWay = join(rounds.folder, 'heartbeat.json.part')
  await mkdir(inItsWay)
  await rounds.pass(12)
  expect(logged(rounds, 'cannot write the heartbeat')).toBe(1)
  await rmdir(inItsWay)
  await rounds.pass(5)
  expect((await readHeartbeat(rounds.folder))?.written_at).toBe('2026-11-21T13:00:15.000Z')
})

test('what was collected is told once an hour', async () => {
  await using rounds = await roundsOf()
  await rounds.pass(3599)
  expect(logged(rounds, 'collected since the start')).toBe(0)
  await rounds.pass(1)
  expect(logged(rounds, 'collected since the start')).toBe(1)
})
