import { expect, test, vi } from 'vitest'
import { ReceivedBytes } from '../../src/x-api/received-bytes.js'
import { StreamError } from '../../src/x-api/stream-error.js'

const source = { pause: () => undefined, resume: () => undefined }

test('what lay unread when the connection broke is read first, then the error is thrown', async () => {
  const bytes = new ReceivedBytes(source, 20_000)
  bytes.push(Buffer.from('one'))
  bytes.push(Buffer.from(' two'))
  bytes.end(new StreamError('network', 'broken'))
  const read: string[] = []
  const reading = (async () => {
    for await (const chunk of bytes) read.push(chunk.toString())
  })()
  await expect(reading).rejects.toThrow('broken')
  expect(read.join('')).toBe('one two')
})

test('a stall is a wait without a byte, however long the stream and whatever its reader does in between', async () => {
  vi.useFakeTimers()
  try {
    const bytes = new ReceivedBytes(source, 20_000)
    const reader = bytes[Symbol.asyncIterator]()
    for (let count = 0; count < 5; count += 1) {
      const next = reader.next()
      await vi.advanceTimersByTimeAsync(15_000)
      bytes.push(Buffer.from('byte'))
      expect(await next).toEqual({ done: false, value: Buffer.from('byte') })
      await vi.advanceTimersByTimeAsync(60_000)
    }
    const refused = expect(reader.next()).rejects.toThrow('the connection is dead')
    await vi.advanceTimersByTimeAsync(19_999)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    await refused
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})
