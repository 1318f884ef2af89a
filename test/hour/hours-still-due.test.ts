import { expect, test } from 'vitest'
import { takeLock } from '../../src/durable/lock.js'
import { makeFolder } from '../../src/durable/folder.js'
import { waitForHours } from '../../src/hour/hours-still-due.js'
import { appendToJournal } from '../../src/spool/journal.js'
import { DAY_MS, dayOf, MINUTE_MS, SECOND_MS } from '../../src/utc.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'

const DAY = dayOf(HOUR)

/** A clock that sleeps no longer than it takes to say so; `then` is told of each sleep. */
async function dueWorld(then: (slept: number) => Promise<void> = () => Promise.resolve()) {
  const world = await hourWorld({ redundant: false })
  await appendToJournal(world.spools[1], HOUR, { event: 'started', version: '0', server: 1 })
  await world.collected(1, [payload(HOUR + MINUTE_MS)])
  await makeFolder(world.vault)
  let slept = 0
  const clock = {
    now: () => world.clock.now(),
    socketMs: (ms: number) => ms,
    async sleep(ms: number) {
      world.clock.advance(ms)
      slept += ms
      await then(slept)
    },
  }
  return {
    ...world,
    context: { ...world.context, clock },
    slept: () => slept,
    [Symbol.asyncDispose]: world[Symbol.asyncDispose],
  }
}

test('a report waits for the hours of its day while process-hour is at work, and goes on as soon as they are archived', async () => {
  const atWork: AsyncDisposable[] = []
  await using world = await dueWorld(async (slept) => {
    if (slept !== 10 * MINUTE_MS) return
    for (const lock of atWork) await lock[Symbol.asyncDispose]()
    await world.run()
  })
  const lock = await takeLock(world.vault, 'process-hour', world.clock)
  if (lock) atWork.push(lock)
  expect(await waitForHours(DAY, world.context)).toEqual([])
  expect(world.slept()).toBe(10 * MINUTE_MS)
})

test('where nobody is at work on the hours a report does not wait for long, and says which they are', async () => {
  await using world = await dueWorld()
  expect(await waitForHours(DAY, world.context)).toEqual([HOUR])
  expect(world.slept()).toBe(20 * SECOND_MS)
})

test('hours before the beginning, and those whose late window is open, are not waited for', async () => {
  await using world = await dueWorld()
  expect(await waitForHours(DAY - DAY_MS, world.context)).toEqual([])
  world.clock.advance(-16 * MINUTE_MS)
  expect(await waitForHours(DAY, world.context)).toEqual([])
  expect(world.slept()).toBe(0)
})
