import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { inflate } from '../../src/x-api/inflate.js'
import { StreamError } from '../../src/x-api/stream-error.js'

const TEXT = Array.from({ length: 40 }, (_, i) => `{"data":{"id":"${i}","text":"schön ${i * 7919}"}}`).join('\r\n')
const GZIP = gzipSync(TEXT)

async function* chunks(parts: Buffer[], error?: Error): AsyncGenerator<Buffer> {
  for (const part of parts) yield await Promise.resolve(part)
  if (error) throw error
}

async function textOf(source: AsyncIterable<Buffer>): Promise<{ text: string; error: unknown }> {
  const parts: Buffer[] = []
  try {
    for await (const part of source) parts.push(part)
    return { text: Buffer.concat(parts).toString(), error: undefined }
  } catch (error) {
    return { text: Buffer.concat(parts).toString(), error }
  }
}

test('gzip cut anywhere into two chunks is inflated whole', async () => {
  for (let cut = 0; cut <= GZIP.length; cut++)
    expect((await textOf(inflate(chunks([GZIP.subarray(0, cut), GZIP.subarray(cut)])))).text).toBe(TEXT)
})

test('gzip that breaks off anywhere gives what was received before, then the error', async () => {
  const broken = new StreamError('network', 'broken')
  let longest = 0
  for (let cut = 0; cut < GZIP.length; cut++) {
    const { text, error } = await textOf(inflate(chunks([GZIP.subarray(0, cut)], broken)))
    expect(TEXT.startsWith(text.replace(/\uFFFD+$/, '')), `cut at ${cut}`).toBe(true)
    expect(error).toBe(broken)
    longest = Math.max(longest, text.length)
  }
  expect(longest).toBeGreaterThan(TEXT.length / 2)
})

test('gzip that just ends early is no error: the stream is over', async () => {
  const { text, error } = await textOf(inflate(chunks([GZIP.subarray(0, -20)])))
  expect(TEXT.startsWith(text)).toBe(true)
  expect(error).toBeUndefined()
})

test('what is no gzip is a StreamError, not a crash', async () => {
  const { error } = await textOf(inflate(chunks([Buffer.from('<html>no gzip</html>')])))
  expect(error).toBeInstanceOf(StreamError)
})

test('a second gzip behind the first is inflated too', async () => {
  const { text, error } = await textOf(inflate(chunks([GZIP, gzipSync('more')])))
  expect(text).toBe(`${TEXT}more`)
  expect(error).toBeUndefined()
})

test('what came before something that is no gzip is handed on, then it is a StreamError', async () => {
  const { text, error } = await textOf(inflate(chunks([GZIP, Buffer.from('garbage'), GZIP])))
  expect(text).toBe(TEXT)
  expect(error).toBeInstanceOf(StreamError)
})

test('bytes behind the end that zlib passes over are a StreamError too: nothing after them would be read', async () => {
  const { error } = await textOf(inflate(chunks([Buffer.concat([GZIP, Buffer.from([0, 0, 1])]), GZIP])))
  expect(error).toBeInstanceOf(StreamError)
})

test('what inflates to a thousand times its size is handed on in pieces', async () => {
  const size = 32 << 20
  let [most, whole] = [0, 0]
  for await (const { length } of inflate(chunks([gzipSync(Buffer.alloc(size))]))) {
    most = Math.max(most, length)
    whole += length
  }
  expect(whole).toBe(size)
  expect(most).toBeLessThanOrEqual(256 << 10)
})
