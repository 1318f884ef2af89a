import { appendFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { processHours } from '../../src/hour/process-hours.js'
import { parseHourFlag, scopeOf } from '../../src/hour/scope.js'
import { describeDue, whatIsDue } from '../../src/hour/what-is-due.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'

const at = (minute: number) => payload(HOUR + minute * MINUTE_MS)
const all = () => true

test('a dry run says what is due and why the rest is not, and changes nothing', async () => {
  await using world = await hourWorld()
  await world.collected(1, [at(1), at(61)])
  await world.batchOf()
  world.clock.advance(HOUR_MS)
  const [first, second, ...none] = await whatIsDue(world.context, all)
  expect(first).toMatchObject({ hour: '2026-11-21_13', state: 'due', reason: 'not archived yet', files: 1 })
  expect(second).toMatchObject({
    hour: '2026-11-21_14',
    state: 'waiting',
    reason: 'server 2 has not delivered all of it',
  })
  expect(none).toEqual([])
  expect(await readdir(world.root)).not.toContain('vault')
  await world.run()
  expect((await whatIsDue(world.context, all)).map(({ state }) => state)).toEqual(['waiting'])
})

test('a dry run leaves a broken file in its place', async () => {
  await using world = await hourWorld()
  await world.collected(2, [at(1)])
  await world.batchOf()
  const folder = join(world.spools[2], '2026-11-21/13')
  await appendFile(join(folder, 'sampled_stream_2026-11-21_13-01.jsonl'), 'x')
  const before = await readdir(folder)
  expect(describeDue(await whatIsDue(world.context, all))).toContain('2026-11-21_13  waiting')
  expect(await readdir(folder)).toEqual(before)
})

test('--hour and --day restrict a run', async () => {
  await using world = await hourWorld({ redundant: false })
  await world.collected(1, [at(1), at(61)])
  world.clock.advance(HOUR_MS)
  const done = await processHours(world.context, undefined, scopeOf({ hour: '2026-11-21T14' }))
  expect(done.archived.map(({ hour }) => hour)).toEqual(['2026-11-21_14'])
  expect((await processHours(world.context, undefined, scopeOf({ day: '2026-11-20' }))).archived).toEqual([])
  expect((await processHours(world.context, undefined, scopeOf({ day: '2026-11-21' }))).archived).toHaveLength(1)
})

test('an hour or a day that is none is wrong usage', () => {
  expect(parseHourFlag('2026-11-21_13', '--hour')).toBe(HOUR)
  for (const wrong of [{ hour: '13' }, { day: '2026-02-30' }, { hour: '2026-11-21T13', day: '2026-11-21' }])
    expect(() => scopeOf(wrong)).toThrow(expect.objectContaining({ exitCode: 2 }) as Error)
})
