import { readFile } from 'node:fs/promises'
import { zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { hoursExitCode, processHours } from '../../src/hour/process-hours.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'

const at = (minute: number, sequence = 0) => payload(HOUR + minute * MINUTE_MS, { sequence })

/** An hour world that keeps the lines as X sent them, unless it is told otherwise. */
async function rawWorld() {
  const world = await hourWorld()
  const run = (keepRaw = true) => processHours({ ...world.context, vault: { ...world.context.vault, keepRaw } })
  const raw = async () => zstdDecompressSync(await readFile(world.archivePath('raw.jsonl.zst'))).toString()
  return { ...world, run, raw, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

const idsIn = (lines: string) =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { data: { id: string } }).data.id)

test('a whole batch that comes two days later: exit code 3 first, then 0, and the bytes of one that came in time', async () => {
  await using late = await rawWorld()
  await using whole = await rawWorld()
  const mine = [at(1), at(2), at(1, 1)]
  const theirs = [at(2), at(0), at(5), at(1)]
  await late.collected(1, mine)
  late.clock.advance(3 * HOUR_MS)
  expect(hoursExitCode(await late.run())).toBe(3)
  late.clock.advance(48 * HOUR_MS)
  await late.collected(2, theirs)
  await late.batchOf()
  const hour = (done: Awaited<ReturnType<typeof late.run>>) =>
    done.archived.find(({ hour }) => hour === '2026-11-21_13')
  expect(hour(await late.run())).toMatchObject({ revision: 2, missing_servers: [] })

  await whole.collected(2, theirs)
  await whole.collected(1, mine)
  await whole.batchOf()
  expect(hoursExitCode(await whole.run())).toBe(0)
  expect(await late.archiveBytes()).toEqual(await whole.archiveBytes())
  expect(await late.raw()).toBe(await whole.raw())
  expect((await late.book()).servers).toEqual((await whole.book()).servers)
})

test('the kept lines are the archived copies, by ID, one a tweet, and the book counts them', async () => {
  await using world = await rawWorld()
  await world.collected(1, [at(2), at(1)])
  await world.collected(2, [at(1), at(3)])
  await world.batchOf()
  await world.run()
  const archived = (await world.archived()).map(([id]) => id)
  expect(idsIn(await world.raw())).toEqual(archived)
  const raw = (await world.book()).archive.find(({ name }) => name.endsWith('_raw.jsonl.zst'))
  expect(raw).toMatchObject({ rows: 3, content_bytes: Buffer.byteLength(await world.raw()) })
})

test('lines once kept stay kept, though keep_raw is switched off before the hour is opened again', async () => {
  await using world = await rawWorld()
  await world.collected(1, [at(1)])
  await world.batchOf()
  await world.run()
  await world.collected(1, [at(2)])
  await world.run(false)
  expect(await world.book()).toMatchObject({ revision: 2, archived: 2 })
  expect(idsIn(await world.raw())).toHaveLength(2)
})

test('an hour that was archived without lines keeps those of what comes later', async () => {
  await using world = await rawWorld()
  await world.collected(1, [at(1)])
  await world.batchOf()
  await world.run(false)
  await world.collected(1, [at(2)])
  await world.run()
  expect((await world.book()).archive.map(({ rows }) => rows)).toEqual([2, 2, 1, 1])
})

test('late minutes of server 1, file by file, give the bytes of all at once', async () => {
  await using steps = await rawWorld()
  await using whole = await rawWorld()
  const lines = [at(1), at(2), at(2, 1), at(1, 3), at(7)]
  for (const world of [steps, whole]) await world.batchOf()
  for (const line of lines) {
    await steps.collected(1, [line])
    await steps.run()
  }
  await whole.collected(1, lines.toReversed())
  await whole.run()
  expect((await steps.book()).revision).toBe(5)
  expect(await steps.archiveBytes()).toEqual(await whole.archiveBytes())
})
