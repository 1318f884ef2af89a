import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { journalDays, readJournal, type JournalEvent } from '../../src/spool/journal.js'
import { minuteFiles, spoolHours } from '../../src/spool/spool-files.js'
import { Spool } from '../../src/spool/spool.js'
import { DAY_MS, HOUR_MS, hourOf, MINUTE_MS, minuteOf } from '../../src/utc.js'
import { ManualClock } from '../support/manual-clock.js'
import { recordingLog } from '../support/recording-log.js'
import { isLockName } from '../../src/durable/lock-file.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { idAt, idsOf, payload } from '../support/tweets.js'

const START = Date.parse('2026-11-21T13:07:00Z')
const URL = 'http://127.0.0.1/2/tweets/sample/stream'
const LATE_MS = 6 * MINUTE_MS

afterEach(() => vi.unstubAllEnvs())

async function spoolAt(start: number) {
  const temporary = await temporaryFolder()
  const folder = temporary.path
  const clock = new ManualClock(start)
  const opened = () => Spool.open({ folder, lateMs: LATE_MS, version: '0.0.0', clock, log: recordingLog() })
  return {
    ...{ folder, clock, opened },
    /** Minute -> the IDs in its files. */
    async filed() {
      const found = new Map<number, string[]>()
      for (const hour of await spoolHours(folder))
        for (const { minute, path } of await minuteFiles(folder, hour))
          found.set(minute, [...(found.get(minute) ?? []), ...idsOf(await readFile(path, 'utf8'))])
      return found
    },
    names: async (hour: number) => (await minuteFiles(folder, hour)).map(({ name }) => name),
    async journal() {
      const events: JournalEvent[] = []
      for (const day of await journalDays(folder))
        for await (const event of readJournal(folder, day)) events.push(event)
      return events
    },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}

test.each([
  ['spring, when 02:00 is followed by 03:00', '2026-03-29', '02:30', 4],
  ['autumn, when 02:00 comes twice', '2026-10-25', '01:30', 2],
])(
  'the night on which the clock changes in %s has every hour of UTC once, with every minute in it',
  async (_name, day, at, localHour) => {
    vi.stubEnv('TZ', 'Europe/Vienna')
    expect(new Date(`${day}T${at}:00Z`).getHours()).toBe(localHour)
    const night = Date.parse(`${day}T00:00Z`)
    await using place = await spoolAt(night)
    {
      await using spool = await place.opened()
      for (let minute = night; minute < night + 4 * HOUR_MS; minute += MINUTE_MS) {
        await spool.file([payload(minute), payload(minute + 59_999)], place.clock.now(), URL)
        place.clock.advance(MINUTE_MS)
        await spool.sealDue()
      }
    }
    expect((await readdir(place.folder)).filter((name) => !isLockName(name))).toEqual([day, 'journal'])
    expect(await readdir(join(place.folder, day))).toEqual(['00', '01', '02', '03'])
    const filed = await place.filed()
    expect(filed.size).toBe(4 * 60)
    for (const [minute, ids] of filed) expect(ids).toEqual([idAt(minute), idAt(minute + 59_999)])
    const sealed = (await place.journal()).flatMap((event) => (event.event === 'sealed' ? event.name : []))
    expect(new Set(sealed).size).toBe(240)
  },
)

test('a clock that jumps an hour ahead seals early, loses nothing, and files nothing under another minute', async () => {
  await using place = await spoolAt(START)
  {
    await using spool = await place.opened()
    await spool.file([payload(START + 1)], place.clock.now(), URL)
    place.clock.advance(HOUR_MS)
    await spool.sealDue()
    expect(spool.openMinutes).toEqual([])
    await spool.file([payload(START + 2)], place.clock.now(), URL)
    await spool.file([payload(START + MINUTE_MS)], place.clock.now(), URL)
  }
  expect(await place.filed()).toEqual(
    new Map([
      [START, [idAt(START + 1), idAt(START + 2)]],
      [START + MINUTE_MS, [idAt(START + MINUTE_MS)]],
    ]),
  )
})

test('a clock that is set back an hour keeps no minute open for that hour', async () => {
  await using place = await spoolAt(START + HOUR_MS)
  await using spool = await place.opened()
  await spool.file([payload(START + 1)], place.clock.now(), URL)
  place.clock.advance(-HOUR_MS)
  await spool.sealDue()
  expect(spool.openMinutes).toEqual(['2026-11-21_13-07'])
  place.clock.advance(MINUTE_MS + LATE_MS)
  await spool.sealDue()
  expect(spool.openMinutes).toEqual([])
  expect(await place.filed()).toEqual(new Map([[START, [idAt(START + 1)]]]))
})

test('two servers of which one has its clock a minute wrong file the same tweets under the same minutes', async () => {
  await using right = await spoolAt(START)
  await using wrong = await spoolAt(START - MINUTE_MS)
  const lines = Array.from({ length: 120 }, (_, second) => payload(START + second * 1000))
  for (const place of [right, wrong]) {
    await using spool = await place.opened()
    for (const line of lines) {
      await spool.file([line], place.clock.now(), URL)
      place.clock.advance(1000)
      await spool.sealDue()
    }
  }
  expect(await wrong.filed()).toEqual(await right.filed())
  expect(await wrong.names(hourOf(START))).toEqual(await right.names(hourOf(START)))
})

test('a name sealed by a clock that was a day behind is not given to other content', async () => {
  await using place = await spoolAt(START - DAY_MS + HOUR_MS)
  {
    await using spool = await place.opened()
    await spool.file([payload(START)], place.clock.now(), URL)
  }
  await rm(join(place.folder, '2026-11-21/13/sampled_stream_2026-11-21_13-07.jsonl'))
  place.clock.advance(DAY_MS)
  {
    await using spool = await place.opened()
    await spool.file([payload(START + 1)], place.clock.now(), URL)
  }
  expect(await place.names(hourOf(START))).toEqual(['sampled_stream_2026-11-21_13-07.1.jsonl'])
})

test('a tweet from the future is filed under its minute, which stays open until then; from more than a day ahead it goes by receipt', async () => {
  await using place = await spoolAt(START)
  await using spool = await place.opened()
  const soon = START + 3 * MINUTE_MS
  await spool.file([payload(soon), payload(START + DAY_MS + MINUTE_MS), payload(START)], place.clock.now(), URL)
  expect(spool.openMinutes).toEqual(['2026-11-21_13-07', '2026-11-21_13-10'])
  place.clock.advance(MINUTE_MS + LATE_MS)
  await spool.sealDue()
  expect(spool.openMinutes).toEqual(['2026-11-21_13-10'])
  place.clock.advance(3 * MINUTE_MS)
  await spool.sealDue()
  expect((await place.filed()).get(minuteOf(soon))).toEqual([idAt(soon)])
  expect((await place.filed()).get(START)).toHaveLength(2)
})

test('an ID that is no snowflake goes by created_at, then by receipt; one that is no number is set aside', async () => {
  await using place = await spoolAt(START)
  await using spool = await place.opened()
  const lines = [
    '{"data":{"id":"20","created_at":"2026-11-21T13:05:00.000Z"}}',
    '{"data":{"id":"21"}}',
    '{"data":{"id":"9999999999999999999","created_at":"2006-03-21T20:50:14.000Z"}}',
    '{"data":{"id":"12345678901234567890"}}',
    '{"data":{"id":"0x14"}}',
    '{"data":{"id":20}}',
    '{"data":{}}',
  ].map((line) => Buffer.from(line))
  expect(await spool.file(lines, START, URL)).toEqual({ filed: 3, rejected: 4, left: [] })
  expect(await place.filed()).toEqual(
    new Map([
      [START - 2 * MINUTE_MS, ['20']],
      [START, ['21', '9999999999999999999']],
    ]),
  )
})

test('lines for minutes sealed long ago, before a restart too, open the next file of their minute and none is lost', async () => {
  await using place = await spoolAt(START)
  for (let life = 0; life < 3; life++) {
    await using spool = await place.opened()
    await spool.file([payload(START + life * 10)], place.clock.now(), URL)
    place.clock.advance(7 * HOUR_MS)
    await spool.sealDue()
    await spool.file([payload(START + life * 10 + 5)], place.clock.now(), URL)
  }
  expect(await place.names(hourOf(START))).toEqual(
    ['', '.1', '.2', '.3', '.4', '.5'].map((number) => `sampled_stream_2026-11-21_13-07${number}.jsonl`),
  )
  expect((await place.filed()).get(START)).toEqual([0, 5, 10, 15, 20, 25].map((ms) => idAt(START + ms)))
  const sealed = (await place.journal()).filter(({ event }) => event === 'sealed')
  expect(sealed).toHaveLength(6)
})
