import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { budgetWaitMs, ConnectBudget } from '../../src/x-api/connect-budget.js'
import { MINUTE_MS } from '../../src/utc.js'
import { recordingLog } from '../support/recording-log.js'
import { SleeplessClock } from '../support/sleepless-clock.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const WINDOW_MS = 15 * MINUTE_MS
const START = '2026-11-21T13:00:00Z'

test('ten connects may follow each other at once, then a minute lies between two', () => {
  const connects = Array.from({ length: 10 }, () => 0)
  expect(budgetWaitMs(connects.slice(1), 0)).toBe(0)
  expect(budgetWaitMs(connects, 0)).toBe(MINUTE_MS)
  expect(budgetWaitMs(connects, MINUTE_MS)).toBe(0)
})

test('however eagerly it is used, no 15 minutes see more than 25 connects, nor a wait of more than a minute', async () => {
  await using folder = await temporaryFolder()
  const clock = new SleeplessClock(START)
  const budget = await ConnectBudget.open(folder.path, { clock, log: recordingLog() })
  const connects: number[] = []
  while (clock.now() < Date.parse(START) + 4 * WINDOW_MS) {
    const waitMs = budget.waitMs()
    expect(waitMs).toBeLessThanOrEqual(MINUTE_MS)
    clock.advance(waitMs)
    connects.push(clock.now())
    await budget.take()
  }
  const counts = connects.map((from) => connects.filter((at) => at >= from && at < from + WINDOW_MS).length)
  expect(Math.max(...counts)).toBeLessThanOrEqual(25)
  expect(Math.max(...counts)).toBeGreaterThan(20)
})

test('connects of earlier starts count', async () => {
  await using folder = await temporaryFolder()
  const clock = new SleeplessClock(START)
  for (let start = 0; start < 10; start++)
    await (await ConnectBudget.open(folder.path, { clock, log: recordingLog() })).take()
  const budget = await ConnectBudget.open(folder.path, { clock, log: recordingLog() })
  expect(budget.waitMs()).toBe(MINUTE_MS)
  clock.advance(WINDOW_MS)
  expect(budget.waitMs()).toBe(0)
})

test('a connect that never reached X is given back', async () => {
  await using folder = await temporaryFolder()
  const clock = new SleeplessClock(START)
  const budget = await ConnectBudget.open(folder.path, { clock, log: recordingLog() })
  for (let i = 0; i < 10; i++) await budget.take()
  await budget.giveBack()
  expect((await ConnectBudget.open(folder.path, { clock, log: recordingLog() })).waitMs()).toBe(0)
})

test('a clock that was ahead and is set right does not hold the connects back', async () => {
  await using folder = await temporaryFolder()
  const clock = new SleeplessClock('2026-11-22T13:00:00Z')
  const budget = await ConnectBudget.open(folder.path, { clock, log: recordingLog() })
  for (let i = 0; i < 25; i++) await budget.take()
  clock.advance(-24 * 60 * MINUTE_MS)
  expect(budget.waitMs()).toBe(0)
})

test('a damaged memory is put aside and said, a lost one costs nothing', async () => {
  await using folder = await temporaryFolder()
  const log = recordingLog()
  const clock = new SleeplessClock(START)
  await writeFile(join(folder.path, 'connects.json'), '{"connects":[17')
  const budget = await ConnectBudget.open(folder.path, { clock, log })
  expect(budget.waitMs()).toBe(0)
  expect(await readdir(folder.path)).toEqual(['connects.json.damaged'])
  expect(log.text()).toContain('damaged')
})

test('a folder that takes no more files is said, and does not keep the stream from running', async () => {
  await using folder = await temporaryFolder()
  const log = recordingLog()
  const stateFolder = join(folder.path, 'state')
  const budget = await ConnectBudget.open(stateFolder, { clock: new SleeplessClock(START), log })
  await rm(stateFolder, { recursive: true })
  await budget.take()
  expect(log.text()).toContain('cannot remember the connects')
})
