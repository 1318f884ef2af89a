import { createHash } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, rm, writeFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readJournal, type JournalEvent } from '../../src/spool/journal.js'
import { rejectedOfHour } from '../../src/spool/rejected.js'
import { Spool } from '../../src/spool/spool.js'
import { MINUTE_MS } from '../../src/utc.js'
import { ManualClock } from '../support/manual-clock.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { idAt, idsOf, payload } from '../support/tweets.js'

const START = Date.parse('2026-11-21T13:07:00Z')
const DAY = Date.parse('2026-11-21')
const URL = 'http://127.0.0.1/2/tweets/sample/stream?backfill_minutes=1'

async function spoolAt(start: number) {
  const temporary = await temporaryFolder()
  const clock = new ManualClock(start)
  const log = recordingLog()
  const options = { folder: temporary.path, lateMs: 6 * MINUTE_MS, version: '0.0.0', clock, log }
  return {
    folder: temporary.path,
    clock,
    log,
    hour: join(temporary.path, '2026-11-21/13'),
    open: () => Spool.open(options),
    journal: async () => {
      const events: JournalEvent[] = []
      for await (const event of readJournal(temporary.path, DAY)) events.push(event)
      return events
    },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}

test('a line is filed under the minute in which the tweet was made, byte for byte but for __twarc', async () => {
  await using at = await spoolAt(START)
  const late = payload(START - MINUTE_MS + 5)
  const now = payload(START + 10, { text: 'schön 今日は "quoted"' })
  await using spool = await at.open()
  expect(await spool.file([late, now], START + 3000, URL)).toEqual({ filed: 2, rejected: 0, left: [] })
  expect(await readdir(at.hour)).toEqual([
    'sampled_stream_2026-11-21_13-06.jsonl.part',
    'sampled_stream_2026-11-21_13-07.jsonl.part',
  ])
  const line = await readFile(join(at.hour, 'sampled_stream_2026-11-21_13-07.jsonl.part'), 'utf8')
  const twarc = `,"__twarc":{"url":"${URL}","version":"0.0.0","retrieved_at":"2026-11-21T13:07:03+00:00"}}\n`
  expect(line).toBe(now.toString().slice(0, -1) + twarc)
})

test('a minute is sealed late_minutes after its end, and the journal has its lines and hash', async () => {
  await using at = await spoolAt(START)
  await using spool = await at.open()
  await spool.file([payload(START + 1), payload(START + 2)], START + 5, URL)
  at.clock.advance(7 * MINUTE_MS - 1)
  await spool.sealDue()
  expect(spool.openMinutes).toEqual(['2026-11-21_13-07'])
  at.clock.advance(1)
  await spool.sealDue()
  expect(spool.openMinutes).toEqual([])
  const name = 'sampled_stream_2026-11-21_13-07.jsonl'
  expect(await readdir(at.hour)).toEqual([name])
  const content = await readFile(join(at.hour, name))
  const sha256 = createHash('sha256').update(content).digest('hex')
  expect(await at.journal()).toMatchObject([
    { event: 'sealed', hour: '2026-11-21_13', name, lines: 2, bytes: content.length, sha256 },
  ])
})

test('a line for a sealed minute opens the next file of it, sealed late_minutes after its last line', async () => {
  await using at = await spoolAt(START)
  await using spool = await at.open()
  await spool.file([payload(START + 1)], START + 5, URL)
  at.clock.advance(7 * MINUTE_MS)
  await spool.sealDue()
  await spool.file([payload(START + 2)], at.clock.now(), URL)
  at.clock.advance(5 * MINUTE_MS)
  await spool.file([payload(START + 3)], at.clock.now(), URL)
  at.clock.advance(6 * MINUTE_MS - 1)
  await spool.sealDue()
  expect(spool.openMinutes).toEqual(['2026-11-21_13-07'])
  at.clock.advance(1)
  await spool.sealDue()
  expect(await readdir(at.hour)).toEqual([
    'sampled_stream_2026-11-21_13-07.1.jsonl',
    'sampled_stream_2026-11-21_13-07.jsonl',
  ])
})

test('a name is not used again after its file was archived and removed, also after a restart', async () => {
  await using at = await spoolAt(START)
  {
    await using spool = await at.open()
    await spool.file([payload(START + 1)], START + 5, URL)
  }
  await rm(join(at.hour, 'sampled_stream_2026-11-21_13-07.jsonl'))
  {
    await using spool = await at.open()
    await spool.file([payload(START + 2)], START + 5, URL)
  }
  expect(await readdir(at.hour)).toEqual(['sampled_stream_2026-11-21_13-07.1.jsonl'])
})

test('what cannot be filed is kept as received, journalled, and stops nothing', async () => {
  await using at = await spoolAt(START)
  await using spool = await at.open()
  const torn = payload(START).subarray(0, 40)
  const invalid = Buffer.from([0x7b, 0xff, 0x7d])
  const number = Buffer.from('{"data":{"id":12345,"text":"a number"}}')
  const lines = [torn, payload(START + 1), invalid, number]
  expect(await spool.file(lines, START + 5, URL)).toEqual({ filed: 1, rejected: 3, left: [] })
  const kept = await Array.fromAsync(rejectedOfHour(at.folder, Date.parse('2026-11-21T13:00Z')))
  expect(kept.map(({ line }) => line)).toEqual([torn.toString(), invalid.toString('base64'), number.toString()])
  expect(kept[1]?.base64).toBe(true)
  expect(await at.journal()).toMatchObject([{ event: 'rejected', hour: '2026-11-21_13', lines: 3 }])
})

test('an ID from before snowflake goes by created_at, an ID from the future by receipt', async () => {
  await using at = await spoolAt(START)
  await using spool = await at.open()
  const old = Buffer.from('{"data":{"id":"20","created_at":"2026-11-21T13:01:30.000Z"}}')
  const future = Buffer.from(`{"data":{"id":"${idAt(START + 48 * 60 * MINUTE_MS)}"}}`)
  await spool.file([old, future], START + 5, URL)
  expect(spool.openMinutes).toEqual(['2026-11-21_13-01', '2026-11-21_13-07'])
})

test('an orphan is adopted: whole lines are sealed, a torn tail and the NULs of a power cut are set aside', async () => {
  await using at = await spoolAt(START)
  await mkdir(at.hour, { recursive: true })
  const name = 'sampled_stream_2026-11-21_13-05.jsonl'
  const whole = [payload(START - 90_000), payload(START - 89_000)].map((line) => `${line.toString()}\n`)
  await writeFile(join(at.hour, `${name}.part`), `${whole[0] ?? ''}not json\n${whole[1] ?? ''}\0\0\0\n{"data":{"id":"1`)
  {
    await using spool = await at.open()
    expect(spool.openMinutes).toEqual([])
  }
  expect(await readdir(at.hour)).toEqual([name])
  expect(await readFile(join(at.hour, name), 'utf8')).toBe(whole.join(''))
  const kept = await Array.fromAsync(rejectedOfHour(at.folder, Date.parse('2026-11-21T13:00Z')))
  expect(kept.map(({ line }) => line)).toEqual(['not json', '\0\0\0', '{"data":{"id":"1'])
  expect(await at.journal()).toMatchObject([
    { event: 'rejected', lines: 3 },
    { event: 'sealed', name, lines: 2, adopted: true },
  ])
})

test('an adoption that was cut short is done again without counting a rejected line twice', async () => {
  await using at = await spoolAt(START)
  await mkdir(at.hour, { recursive: true })
  const part = join(at.hour, 'sampled_stream_2026-11-21_13-05.jsonl.part')
  const content = `${payload(START - 90_000).toString()}\ntorn`
  await writeFile(part, content)
  await (await at.open()).close()
  await rm(join(at.hour, 'sampled_stream_2026-11-21_13-05.jsonl'))
  await writeFile(part, content)
  await writeFile(`${part}.part`, 'half a copy')
  await (await at.open()).close()
  expect(await readdir(at.hour)).toEqual(['sampled_stream_2026-11-21_13-05.jsonl'])
  expect(await Array.fromAsync(rejectedOfHour(at.folder, Date.parse('2026-11-21T13:00Z')))).toHaveLength(1)
})

test('an orphan without a whole line is removed once its bytes are in rejected/', async () => {
  await using at = await spoolAt(START)
  await mkdir(at.hour, { recursive: true })
  await writeFile(join(at.hour, 'sampled_stream_2026-11-21_13-05.jsonl.part'), '{"da')
  await (await at.open()).close()
  expect(await readdir(at.hour)).toEqual([])
  expect(await Array.fromAsync(rejectedOfHour(at.folder, Date.parse('2026-11-21T13:00Z')))).toMatchObject([
    { line: '{"da' },
  ])
})

test('a second collector on the same spool is refused with exit code 75', async () => {
  await using at = await spoolAt(START)
  await using _first = await at.open()
  await expect(at.open()).rejects.toMatchObject({ exitCode: 75 })
})

test('the journal goes on after a torn line', async () => {
  await using at = await spoolAt(START)
  await mkdir(join(at.folder, 'journal'))
  await appendFile(join(at.folder, 'journal/2026-11-21.jsonl'), '{"at":"2026-11-21T13:0')
  await using spool = await at.open()
  await spool.journal({ event: 'stopped' })
  expect(await at.journal()).toMatchObject([{ event: 'stopped' }])
})

test('calls from several places are done one after another', async () => {
  await using at = await spoolAt(START)
  await using spool = await at.open()
  const lines = Array.from({ length: 50 }, (_, index) => payload(START + index))
  await Promise.all(lines.flatMap((line) => [spool.file([line], START + 100, URL), spool.sync(), spool.sealDue()]))
  await spool.close()
  const content = await readFile(join(at.hour, 'sampled_stream_2026-11-21_13-07.jsonl'), 'utf8')
  expect(idsOf(content)).toEqual(lines.map((_, index) => idAt(START + index)))
})

test('of a flood of rejected lines each is kept, and log and journal speak of them once a second', async () => {
  await using at = await spoolAt(START)
  const spool = await at.open()
  for (let line = 0; line < 200; line += 1)
    await spool.file([Buffer.from(`{"a":${line}}`), Buffer.from('{')], START, URL)
  at.clock.advance(1000)
  await spool.sync()
  await spool.file([Buffer.from('<')], START, URL)
  await spool.close()
  const events = (await at.journal()).filter((event) => event.event === 'rejected')
  expect(events.reduce((sum, { lines }) => sum + lines, 0)).toBe(401)
  expect(events.length).toBeLessThan(8)
  expect(at.log.events.length).toBeLessThan(8)
  expect(await Array.fromAsync(rejectedOfHour(at.folder, START - 7 * MINUTE_MS))).toHaveLength(401)
})

test('a tweet of days or years ago goes by receipt, and opens no minute of then', async () => {
  await using at = await spoolAt(START)
  await using spool = await at.open()
  const day = 24 * 60 * MINUTE_MS
  const lines = [payload(START - 7 * day), payload(Date.parse('2012-05-01T10:00:00Z')), payload(START - day - 1)]
  await spool.file([...lines, payload(START - day + 10)], START, URL)
  expect(spool.openMinutes).toEqual(['2026-11-20_13-07', '2026-11-21_13-07'])
})

test('a whole object without a line end is adopted with one, and not taken for torn', async () => {
  await using at = await spoolAt(START)
  await mkdir(at.hour, { recursive: true })
  const name = 'sampled_stream_2026-11-21_13-05.jsonl'
  const [first, second] = [payload(START - 90_000).toString(), payload(START - 89_000).toString()]
  await writeFile(join(at.hour, `${name}.part`), `${first}\n${second}`)
  await (await at.open()).close()
  expect(await readFile(join(at.hour, name), 'utf8')).toBe(`${first}\n${second}\n`)
  expect(await at.journal()).toMatchObject([{ event: 'sealed', name, lines: 2, adopted: true }])
})

test('what is no file or folder of a spool keeps no collector from its work', async () => {
  await using at = await spoolAt(START)
  await mkdir(at.hour, { recursive: true })
  await writeFile(join(at.folder, '2026-11-20'), 'no folder')
  await mkdir(join(at.hour, 'sampled_stream_2026-11-21_13-05.jsonl.part'))
  await symlink('/dev/zero', join(at.hour, 'sampled_stream_2026-11-21_13-06.jsonl.part'))
  await using spool = await at.open()
  expect(await spool.file([payload(START)], START, URL)).toMatchObject({ filed: 1 })
})
