import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { SECOND_MS } from '../../src/utc.js'
import { BRIEF_MS } from '../support/patience.js'
import { begin, refuses, sends, sendsAndEnds, streamServer } from '../support/stream-server.js'
import { payload } from '../support/tweets.js'
import { kindsOf, linesOf, START, streaming } from './streaming.js'

const START_MS = Date.parse(START)
const TWEET = payload(START_MS).toString()

/** A server that takes the request and then does with the socket as it likes. */
async function rawServer(answer: (socket: Socket) => unknown) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => void answer(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.close()
      await Promise.resolve()
    },
  }
}

/** Write the same again and again until the other side has gone. */
async function forEver(socket: Socket, text: string): Promise<void> {
  while (!socket.destroyed) {
    if (!socket.write(text)) await sleep(5)
    await sleep(5)
  }
}

test.concurrent.each([
  ['an error whose body never ends, byte by byte', 'HTTP/1.1 503 X\r\ncontent-type: text/plain\r\n\r\n', 'x'],
  ['a head that never ends', 'HTTP/1.1 200 OK\r\n', 'a: b\r\n'],
  ['a status line that never ends', 'HTTP/1.1 200 O', 'K'],
  ['answers that only announce another', '', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
  ['a head larger than any', 'HTTP/1.1 200 OK\r\n', `a: ${'b'.repeat(9000)}\r\n`],
])('%s is given up as a refusal', async (_, head, more) => {
  await using server = await rawServer(async (socket) => {
    socket.write(head)
    await forEver(socket, more)
  })
  await using stream = await streaming(server.url, { socketMs: BRIEF_MS })
  expect((await stream.next()).kind).toBe('refused')
  expect((await stream.next()).kind).toBe('refused')
})

test.concurrent('chunks that consist of extensions are no byte of the stream: the connection is dead', async () => {
  await using server = await rawServer(async (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5;')
    await forEver(socket, 'x=y;')
  })
  await using stream = await streaming(server.url, { socketMs: BRIEF_MS })
  expect(kindsOf(await stream.until('disconnected'))).toEqual(['connected', 'disconnected'])
})

test.each([
  ['blanks', ' \r\n'],
  ['HTML', '<p>please wait</p>\r\n'],
  ['empty objects', '{}\r\n'],
  ['a tweet without an ID', '{"data":{}}\r\n'],
  ['a line that never ends', '{"data":"'],
])('%s are no tweets: a stream of them is given up like a silent one', async (_, text) => {
  await using server = await streamServer(async (response) => {
    begin(response)
    while (!response.destroyed) {
      response.write(text)
      await sleep(3)
    }
  }, sends('\r\n'))
  await using stream = await streaming(server.url)
  expect((await stream.next()).kind).toBe('connected')
  const minutes = setInterval(() => {
    stream.clock.advance(60 * SECOND_MS)
  }, 30)
  const items = await stream.until('disconnected')
  clearInterval(minutes)
  expect(items.at(-1)).toMatchObject({ reason: 'kept alive for 5 min, but brought no tweet' })
})

test('gzip that inflates to nothing is no tweet: a stream of it is given up like a silent one', async () => {
  const nothing = Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff])
  await using server = await streamServer(async (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.write(gzipSync('').subarray(0, 10))
    while (!response.destroyed) {
      response.write(nothing)
      await sleep(3)
    }
  }, sends('\r\n'))
  await using stream = await streaming(server.url)
  expect((await stream.next()).kind).toBe('connected')
  const minutes = setInterval(() => {
    stream.clock.advance(60 * SECOND_MS)
  }, 30)
  const items = await stream.until('disconnected')
  clearInterval(minutes)
  expect(items.at(-1)).toMatchObject({ reason: 'kept alive for 5 min, but brought no tweet' })
})

test('the last line of a stream that ends without a line end is handed on', async () => {
  await using server = await streamServer(sendsAndEnds(`${TWEET}\r\n${TWEET}`), sends())
  await using stream = await streaming(server.url)
  const items = await stream.until('disconnected')
  expect(linesOf(items)).toEqual([TWEET, TWEET])
  expect(items.at(-1)).toMatchObject({ reason: 'X ended the stream' })
})

test('a torn last line of a stream that ends as if it were whole is handed on to be set aside', async () => {
  await using server = await streamServer(sendsAndEnds(`${TWEET}\r\n{"data":{"id`), sends())
  await using stream = await streaming(server.url)
  expect(linesOf(await stream.until('disconnected'))).toEqual([TWEET, '{"data":{"id'])
})

test('a goodbye without a line end is heard', async () => {
  const goodbye = '{"errors":[{"title":"operational-disconnect","disconnect_type":"OperationalDisconnect"}]}'
  await using server = await streamServer(sendsAndEnds(goodbye), sends())
  await using stream = await streaming(server.url)
  expect((await stream.until('disconnected')).at(-1)).toMatchObject({ reason: 'X said OperationalDisconnect' })
})

test.each(['GZIP', 'x-gzip', ' gzip ', 'identity, gzip'])('the coding "%s" is gzip', async (coding) => {
  await using server = await streamServer((response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding })
    response.end(gzipSync(`${TWEET}\r\n`))
  }, sends())
  await using stream = await streaming(server.url)
  expect(linesOf(await stream.until('disconnected'))).toEqual([TWEET])
})

test('a coding that nobody asked for is told, and the status of an answer that has it still counts', async () => {
  const coded = { 'content-type': 'application/json', 'content-encoding': 'br' }
  await using server = await streamServer(refuses(200, 'x', coded), refuses(401, 'x', coded))
  await using stream = await streaming(server.url)
  expect((await stream.until('disconnected')).at(-1)).toMatchObject({
    reason: 'X codes its answer as br, which was not asked for',
  })
  expect(await stream.next()).toMatchObject({ kind: 'refused', error: { fault: 'unauthorized' } })
})

test.each(['TEXT/HTML', 'text/html;charset=utf-8', 'Text/Html ; q=1', 'application/xhtml+xml'])(
  'a page of the type "%s" is no stream',
  async (type) => {
    await using server = await streamServer(refuses(200, '<html>', { 'content-type': type }))
    await using stream = await streaming(server.url)
    expect(await stream.next()).toMatchObject({ kind: 'refused', error: { fault: 'http', status: 200 } })
  },
)

test.each([
  ['-5', 2.5],
  ['0x10', 2.5],
  ['1e9', 2.5],
  ['tomorrow', 2.5],
  ['40', 40],
  ['999999999999999', 900],
  ['Sat, 21 Nov 2026 13:00:50 GMT', 50],
])('retry-after: %s is a wait of %d s', async (text, seconds) => {
  await using server = await streamServer(refuses(503, '', { 'retry-after': text }))
  await using stream = await streaming(server.url)
  expect(await stream.next()).toMatchObject({ waitMs: seconds * SECOND_MS })
})

test("control characters of X's words are shown, in a refusal and in a goodbye", async () => {
  const title = 'x\u001b[31m\n2026-11-27T00:00:00Z ERROR forged'
  const goodbye = `${JSON.stringify({ errors: [{ title, disconnect_type: title }] })}\r\n`
  await using server = await streamServer(refuses(503, { title }), sendsAndEnds(goodbye), sends())
  await using stream = await streaming(server.url)
  const refused = await stream.next()
  expect(refused).toMatchObject({ error: { message: expect.stringContaining('x\\u001b[31m\\n2026') as string } })
  expect((await stream.until('disconnected')).at(-1)).toMatchObject({
    reason: expect.not.stringMatching(/\p{Cc}/u) as string,
  })
})

test('of a flood of messages the first are handed on and the rest counted', async () => {
  await using server = await streamServer(sendsAndEnds('{}\r\n'.repeat(5000)), sends())
  await using stream = await streaming(server.url)
  const items = await stream.until('disconnected')
  const counts = items.map((item) => (item.kind === 'message' ? 1 : item.kind === 'more-messages' ? item.count : 0))
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5000)
  expect(items.length).toBeLessThan(200)
})

test('a stop is obeyed in the middle of a bomb of line ends', async () => {
  const bomb = gzipSync(Buffer.alloc(256 << 20, '\n'))
  await using server = await streamServer((response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.write(bomb)
  })
  await using stream = await streaming(server.url)
  await stream.until('keep-alive')
  stream.stop.abort()
  const rest: string[] = []
  for await (const item of stream.items) rest.push(item.kind)
  expect(rest.at(-1)).toBe('disconnected')
  expect(rest.length).toBeLessThan(60)
})
