import { once } from 'node:events'
import { expect, test } from 'vitest'
import { inTurn, together } from '../../src/collecting/together.js'

const untilAborted = async (signal: AbortSignal) => {
  if (!signal.aborted) await once(signal, 'abort')
}

test('a task that fails ends the others, and its error is the one thrown', async () => {
  const first = new Error('first')
  const failing = () => Promise.reject(first)
  const alsoFailing = async (signal: AbortSignal) => {
    await untilAborted(signal)
    throw new Error('second')
  }
  await expect(together([alsoFailing, failing, untilAborted], new AbortController().signal)).rejects.toBe(first)
})

test('stopping ends all of them without an error', async () => {
  const stop = new AbortController()
  const running = together([untilAborted, untilAborted], stop.signal)
  stop.abort()
  await running
})

test('every step is made, whatever became of those before it', async () => {
  const done: number[] = []
  const steps = [1, 2, 3].map((step) => () => {
    done.push(step)
    return step < 3 ? Promise.reject(new Error(String(step))) : Promise.resolve()
  })
  await expect(inTurn(steps)).rejects.toThrow('1')
  expect(done).toEqual([1, 2, 3])
})
