import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { archiveCrashPoints } from '../../src/durable/crash-point.js'
import { readReceipt } from '../../src/spool/receipt.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { runCollector } from '../support/program.js'
import { payload } from '../support/tweets.js'

const at = (minute: number, sequence = 0) => payload(HOUR + minute * MINUTE_MS, { sequence })

/** An hour of both servers, and `process-hour` as a process of its own, some minutes after the hour's end. */
async function crashWorld() {
  const world = await hourWorld()
  await world.collected(1, [at(1), at(3), at(1), Buffer.from('no json')])
  await world.collected(2, [at(3), at(4)])
  await world.batchOf()
  const ini = `[server]\nnumber = 1\nstate_folder = state\n[spool]\nfolder = spool-1\nserver_2_folder = spool-2
[vault]\nfolder = vault\nxz_preset = 0\ncompressor = lzma-native\nkeep_raw = true\n`
  await writeFile(join(world.root, 'settings.ini'), ini)
  const processHour = (crashAt?: string, nowMs = HOUR + HOUR_MS + 20 * MINUTE_MS) =>
    runCollector(
      ['process-hour'],
      {
        COLLECTOR_CLOCK: `${Date.now()}/${nowMs}/1`,
        ...(crashAt !== undefined && { COLLECTOR_CRASH_AT: crashAt }),
      },
      world.root,
    )
  return { world, processHour }
}

/** What must be the same, however the hour came about. */
async function outcome({ world }: Awaited<ReturnType<typeof crashWorld>>) {
  const book = await world.book()
  const files = await readdir(join(world.vault, '2026-11-21'))
  const left = await Promise.all([1, 2].map((server) => readdir(world.spools[server as 1 | 2])))
  const receipt = await readReceipt(world.spools[2], HOUR)
  const { servers, archived, both, archive, inputs, revision } = book
  return {
    ...{ servers, archived, both, archive, files, revision },
    inputs: inputs.map(({ server, name, lines, sha256 }) => ({ server, name, lines, sha256 })),
    left: left.flat().filter((name) => name === '2026-11-21'),
    receipt: receipt?.files,
    bytes: await world.archiveBytes(),
  }
}

const whole = await (async () => {
  const crash = await crashWorld()
  await using _world = crash.world
  expect(await crash.processHour()).toMatchObject({ code: 0 })
  return await outcome(crash)
})()

test('an hour that is archived without a crash has its receipt, its raw lines, and no sources any more', () => {
  expect(whole).toMatchObject({ archived: 3, revision: 1, left: [], servers: { 1: { rejected: 1, repeated: 1 } } })
  expect(whole.receipt).toHaveLength(2)
  expect(whole.files).toEqual([
    '2026-11-21_13_IDs.txt.xz',
    '2026-11-21_13_hour.json',
    '2026-11-21_13_raw.jsonl.zst',
    '2026-11-21_13_rejected.jsonl.xz',
    '2026-11-21_13_tweets.csv.xz',
    '2026-11-21_13_users.csv.xz',
    '2026-11-21_report.txt',
  ])
})

const later = ['archive-after-part:3', 'archive-after-rename:3', 'archive-after-remove:2']

test.each([...archiveCrashPoints, ...later])(
  'a kill -9 at %s leaves what the next run completes, to the byte',
  async (point) => {
    const crash = await crashWorld()
    await using _world = crash.world
    const killed = await crash.processHour(point)
    expect(killed.code, killed.stderr).toBe(null)
    expect(await crash.processHour()).toMatchObject({ code: 0 })
    expect(await outcome(crash)).toEqual(whole)
  },
)

test.each(['archive-after-read-back', 'archive-before-book', 'archive-after-book', 'archive-after-rename:2'])(
  'so does a kill -9 at %s while an archived hour is opened again',
  async (point) => {
    const crash = await crashWorld()
    const { world, processHour } = crash
    await using _world = world
    expect(await processHour()).toMatchObject({ code: 0 })
    await world.collected(2, [at(5), at(1)])
    await world.batchOf()
    const days = HOUR + 50 * HOUR_MS
    const killed = await processHour(point, days)
    expect(killed.code, killed.stderr).toBe(null)
    await processHour(undefined, days)
    const { archived, both, revision, left, receipt, servers } = await outcome(crash)
    expect({ archived, both, revision, left }).toEqual({ archived: 4, both: 2, revision: 2, left: [] })
    expect(servers[2]).toMatchObject({ lines: 4, distinct: 4, repeated: 0 })
    expect(receipt).toHaveLength(4)
    expect(await world.archived()).toHaveLength(4)
  },
)
