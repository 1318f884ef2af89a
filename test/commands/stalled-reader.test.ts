import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { WriteStream } from 'node:tty'
import { expect, test } from 'vitest'
import { SafePrinter } from '../../src/commands/safe-printer.js'

const LINE = 'x'.repeat(1000)
const LINES = 1000
const MOST = 20_000

/** A pipe whose reader stands still from the beginning. */
function stoppedReader() {
  const reader = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
  reader.kill('SIGSTOP')
  const stream = Object.assign(reader.stdin, { fd: -1 }) as unknown as WriteStream & { fd: number }
  return {
    stream,
    reader,
    [Symbol.asyncDispose]: async () => {
      reader.kill('SIGKILL')
      await once(reader, 'close')
    },
  }
}

test('a log whose reader stands still takes no memory without bound, says so, and goes on when it is read again', async () => {
  await using pipe = stoppedReader()
  const printer = new SafePrinter(pipe.stream, undefined, MOST)
  expect(printer.lost).toBeUndefined()
  for (let count = 0; count < LINES; count += 1) printer.write(LINE)
  expect(pipe.stream.writableLength).toBeLessThan(2 * MOST)
  expect(printer.lost).toBe('its reader takes nothing')
  pipe.reader.kill('SIGCONT')
  await new Promise((resolve) => pipe.stream.write('', resolve))
  printer.write(LINE)
  expect(printer.lost).toBeUndefined()
})

test('a result waits for its reader, however slow that is', async () => {
  await using pipe = stoppedReader()
  const printer = new SafePrinter(pipe.stream, undefined)
  for (let count = 0; count < LINES; count += 1) printer.write(LINE)
  expect(pipe.stream.writableLength).toBeGreaterThan((LINES * LINE.length) / 2)
  expect(printer.lost).toBeUndefined()
})
