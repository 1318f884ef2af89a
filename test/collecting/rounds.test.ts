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
import { withDiskFaults } from '../support/disk-faults.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { payload } from '../support/tweets.js'

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
  let relieved = 0
  const room = {
    relieve: () => {
      relieved += 1
      return Promise.resolve()
    },
  }
  const watch = () => Promise.resolve()
  const own = { spool, spoolFolder: folder, room, silenceMs: 5 * MINUTE_MS, vitals, clock, log, watch }
  const rounds = makeRounds(own, stop.signal)
  const asleep = async () => {
    while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    folder,
    spool,
    vitals,
    relieved: () => relieved,
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

test('what is filed is put on the disk once a second, and is there before the heartbeat counts it', async () => {
  await using rounds = await roundsOf()
  await rounds.pass(4)
  await using disk = await withDiskFaults()
  for (let i = 0; i < 20; i++) {
    await rounds.spool.file([payload(START + i)], START + i, 'http://127.0.0.1/')
    rounds.vitals.totals.tweets += 1
  }
  await rounds.pass(2)
  const steps = (await disk.events()).filter(({ path }) => /sampled_stream|heartbeat/.test(path)).map(({ op }) => op)
  expect(steps).toEqual(['create', ...Array<string>(20).fill('write'), 'sync', 'create', 'write', 'rename'])
  expect((await readHeartbeat(rounds.folder))?.totals.tweets).toBe(20)
})

test('a round that meets a full disk gives up the reserve, and the rounds go on', async () => {
  await using rounds = await roundsOf()
  await rounds.pass(1)
  await rounds.spool.file([payload(START)], START, 'http://127.0.0.1/')
  await using disk = await withDiskFaults('ENOSPC:write:1:3:journal')
  await rounds.pass(130)
  expect(await disk.fired()).toHaveLength(3)
  expect(rounds.relieved()).toBe(3)
  expect(await rounds.journal()).toMatchObject([{ event: 'sealed', lines: 1 }])
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
