import { expect, test } from 'vitest'
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
