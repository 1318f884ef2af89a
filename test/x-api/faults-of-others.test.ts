/** What twarc, tweepy and twitter-api-v2 get wrong on a stream, as far as it is no other test's theme. */
import dns from 'node:dns'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { generate } from 'selfsigned'
import { expect, test, vi } from 'vitest'
import type { StreamItem } from '../../src/x-api/stream-item.js'
import { refuses, sends, sendsAndEnds, streamServer } from '../support/stream-server.js'
import { payload } from '../support/tweets.js'
import { kindsOf, linesOf, START, streaming } from './streaming.js'

const TWEET = payload(Date.parse(START)).toString()

test('a line end split between two chunks is no keep-alive (twarc reads an empty line there)', async () => {
  await using server = await streamServer(sends(`${TWEET}\r`, `\n${TWEET}\r`, '\n', '{"warning":"last"}\r\n'))
  await using stream = await streaming(server.url)
  const items = await stream.until('message')
  expect(linesOf(items)).toEqual([TWEET, TWEET])
  expect(kindsOf(items)).not.toContain('keep-alive')
})

test('keep-alives that share their chunk with tweets are seen, and are no tweets (twitter-api-v2 wants a chunk of their own)', async () => {
  await using server = await streamServer(sends(`\r\n${TWEET}\r\n\r\n${TWEET}\r\n\r\n`))
  await using stream = await streaming(server.url)
  const items = await stream.until('keep-alive')
  expect(linesOf(items)).toEqual([TWEET, TWEET])
})

test('a body with a broken chunk length is taken up again (DocNow/twarc#505, #471)', async () => {
  const length = (Buffer.byteLength(TWEET) + 2).toString(16)
  const broken = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () =>
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n` +
          `${length}\r\n${TWEET}\r\n\r\nno length\r\n`,
      ),
    )
  }).listen(0, '127.0.0.1')
  await once(broken, 'listening')
  try {
    await using stream = await streaming(`http://127.0.0.1:${(broken.address() as AddressInfo).port}`)
    const items = await stream.until('disconnected')
    expect(linesOf(items)).toEqual([TWEET])
    expect(items.at(-1)).toMatchObject({ reason: expect.stringContaining('broke') as string })
    expect((await stream.next()).kind).toBe('connected')
  } finally {
    broken.close()
  }
})

test('it never gives up: a hundred refusals in a row are followed by another try (twarc ends after thirty, without a word)', async () => {
  await using server = await streamServer(refuses(500))
  await using stream = await streaming(server.url)
  const items: StreamItem[] = []
  while (items.length < 100) items.push(await stream.next())
  expect(server.requests.length).toBeGreaterThan(90)
  expect((await stream.next()).kind).toBe('refused')
})

test('HTTP/2 is not offered, for its streams die quietly on connections that live on (twitter-api-java-sdk#37)', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }])
  const offered: string[][] = []
  const server = createSecureServer({
    key,
    cert,
    ALPNCallback: ({ protocols }) => {
      offered.push(protocols)
      return protocols[0]
    },
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await using stream = await streaming(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect((await stream.next()).kind).toBe('refused')
  expect(offered.flat()).toContain('http/1.1')
  expect(offered.flat()).not.toContain('h2')
  server.close()
})

test('a host is looked up anew for every connect, for its address may have changed', async () => {
  const lookups = vi.spyOn(dns, 'lookup')
  await using server = await streamServer(sendsAndEnds(`${TWEET}\r\n`))
  const { port } = new URL(server.url)
  await using stream = await streaming(`http://localhost:${port}`)
  for (let connects = 0; connects < 3; connects += 1) await stream.until('disconnected')
  expect(lookups.mock.calls.filter(([host]) => host === 'localhost')).toHaveLength(3)
  lookups.mockRestore()
})
