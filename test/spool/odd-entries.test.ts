import { execFileSync } from 'node:child_process'
import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { lastRun } from '../../src/collecting/last-run.js'
import { CorruptStateError, readState } from '../../src/durable/state-file.js'
import { Reserve } from '../../src/spool/reserve.js'
import { Spool } from '../../src/spool/spool.js'
import { MINUTE_MS } from '../../src/utc.js'
import { ConnectBudget } from '../../src/x-api/connect-budget.js'
import { withDiskFaults } from '../support/disk-faults.js'
import { ManualClock } from '../support/manual-clock.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { payload } from '../support/tweets.js'

const NOW = Date.parse('2026-11-21T13:07:00Z')
const MINUTE = '2026-11-21/13/sampled_stream_2026-11-21_13-07.jsonl'

/** Put something there that is no file of ours, or none that anybody could read. */
const plant: Record<string, (path: string) => Promise<unknown>> = {
  'a pipe': (path) => Promise.resolve(execFileSync('mkfifo', [path])),
  'a file': (path) => writeFile(path, 'x'),
  'a folder': (path) => mkdir(path),
  'a link to /dev/zero': (path) => symlink('/dev/zero', path),
  'a file of a terabyte': async (path) => {
    await writeFile(path, '')
    await truncate(path, 2 ** 40)
  },
}

async function planted(spool: string, name: string, what: string): Promise<void> {
  await mkdir(dirname(join(spool, name)), { recursive: true })
  await plant[what]?.(join(spool, name))
}

test.each([
  ['a pipe', 'journal'],
  ['a file', 'journal'],
  ['a pipe', 'journal/2026-11-21.jsonl'],
  ['a folder', 'journal/2026-11-21.jsonl'],
  ['a link to /dev/zero', 'journal/2026-11-21.jsonl'],
  ['a pipe', 'rejected'],
  ['a pipe', 'rejected/2026-11-21.jsonl'],
  ['a pipe', '2026-11-20'],
  ['a pipe', '2026-11-21'],
  ['a file', '2026-11-21'],
  ['a pipe', '2026-11-21/13'],
  ['a file', '2026-11-21/13'],
  ['a pipe', `${MINUTE}.part`],
  ['a folder', `${MINUTE}.part`],
  ['a file of a terabyte', `${MINUTE}.part`],
  ['a folder', MINUTE],
])('%s at %s of its own spool keeps no collector from its work', async (what, name) => {
  await using folder = await temporaryFolder()
  const clock = new ManualClock(NOW)
  const options = { folder: folder.path, lateMs: MINUTE_MS, version: '0.0.0', clock, log: recordingLog() }
  await planted(folder.path, name, what)
  await lastRun(folder.path, NOW, options.log)
  const spool = await Spool.open(options)
  expect(await spool.file([payload(NOW), Buffer.from('no json')], NOW, 'http://127.0.0.1/')).toMatchObject({
    filed: 1,
    rejected: 1,
  })
  await spool.close()
  const sealed = (await readFile(join(folder.path, 'journal/2026-11-21.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; name: string; lines: number })
    .filter(({ event }) => event === 'sealed')
  expect(sealed).toMatchObject([{ lines: 1 }])
  const lines = await readFile(join(folder.path, '2026-11-21/13', sealed[0]?.name ?? ''), 'utf8')
  expect(lines.trim().split('\n')).toHaveLength(1)
})

test.each(Object.keys(plant).filter((what) => what !== 'a file'))(
  '%s in the place of a file of our state is damaged state, told at once',
  async (what) => {
    await using folder = await temporaryFolder()
    await planted(folder.path, 'state.json', what)
    const reading = readState(join(folder.path, 'state.json'), z.object({}))
    await expect(reading).rejects.toBeInstanceOf(CorruptStateError)
  },
)

test.each(['EACCES', 'EIO'])(
  'a last heartbeat and connect times that the disk does not give (%s) are told, and no hindrance',
  async (code) => {
    await using folder = await temporaryFolder()
    const clock = new ManualClock(NOW)
    const log = recordingLog()
    for (const name of ['heartbeat.json', 'connects.json']) await writeFile(join(folder.path, name), '{}')
    await using faults = await withDiskFaults(`${code}:read:1:9:${folder.path}`)
    expect(await lastRun(folder.path, NOW, log)).toMatchObject({ coveredUntil: 0 })
    expect((await ConnectBudget.open(folder.path, { clock, log })).waitMs()).toBe(0)
    expect(await faults.fired()).toEqual([code, code])
  },
)

test.each(['a pipe', 'a folder'])(
  '%s in the place of the last heartbeat, or of the reserve, is no hindrance',
  async (what) => {
    await using folder = await temporaryFolder()
    for (const name of ['heartbeat.json', 'reserve.part']) await planted(folder.path, name, what)
    expect(await lastRun(folder.path, NOW, recordingLog())).toMatchObject({ coveredUntil: 0 })
    expect(await new Reserve(folder.path, 4096).make()).toBe(false)
  },
)
