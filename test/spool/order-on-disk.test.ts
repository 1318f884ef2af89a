import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { traceDisk } from '../../src/durable/disk-trace.js'
import { writeWholeFile } from '../../src/durable/whole-file.js'
import { Spool } from '../../src/spool/spool.js'
import { MINUTE_MS } from '../../src/utc.js'
import { ManualClock } from '../support/manual-clock.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { payload } from '../support/tweets.js'

const START = Date.parse('2026-11-21T13:07:00Z')

/** What `work` does to the disk: `sync PATH`, `rename PATH`, in order, with paths below `folder`. */
async function traced(folder: string, work: () => Promise<void>): Promise<string[]> {
  const file = join(folder, 'trace')
  await writeFile(file, '')
  traceDisk(file)
  try {
    await work()
  } finally {
    traceDisk(undefined)
  }
  const events = (await readFile(file, 'utf8')).split('\n').filter(Boolean)
  return events.map((line) => {
    const { op, path } = JSON.parse(line) as { op: string; path: string }
    return `${op} ${path.replace(folder, '').slice(1)}`
  })
}

test('sealing: the content is on the disk before the journal says so, the journal before the name, the name before the end', async () => {
  await using folder = await temporaryFolder()
  const clock = new ManualClock(START)
  const spool = await Spool.open({
    folder: join(folder.path, 'spool'),
    lateMs: 6 * MINUTE_MS,
    version: '1',
    clock,
    log: recordingLog(),
  })
  await spool.file([payload(START + 1)], START + 5, 'http://x')
  const events = await traced(folder.path, () => spool.close())
  const hour = 'spool/2026-11-21/13'
  const part = `${hour}/sampled_stream_2026-11-21_13-07.jsonl.part`
  const steps = [`sync ${part}`, 'sync spool/journal/2026-11-21.jsonl', `rename ${part}`, `sync-folder ${hour}`]
  const places = steps.map((step) => events.lastIndexOf(step))
  expect(places, events.join('\n')).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

test('a new minute file has its name on the disk before a line is in it', async () => {
  await using folder = await temporaryFolder()
  const clock = new ManualClock(START)
  await using spool = await Spool.open({
    folder: join(folder.path, 'spool'),
    lateMs: 6 * MINUTE_MS,
    version: '1',
    clock,
    log: recordingLog(),
  })
  const events = await traced(folder.path, async () => {
    await spool.file([payload(START + 1)], START + 5, 'http://x')
  })
  const hour = 'spool/2026-11-21/13'
  const part = `${hour}/sampled_stream_2026-11-21_13-07.jsonl.part`
  const places = [`create ${part}`, `sync-folder ${hour}`, `write ${part}`].map((step) => events.indexOf(step))
  expect(places, events.join('\n')).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

test('a file that appears whole is on the disk before it has its name, and the name before the end', async () => {
  await using folder = await temporaryFolder()
  const events = await traced(folder.path, () => writeWholeFile(join(folder.path, 'state.json'), 'whole'))
  expect(events.slice(-3)).toEqual(['sync state.json.part', 'rename state.json.part', 'sync-folder '])
})
