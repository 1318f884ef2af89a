import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { generate } from 'selfsigned'
import { describe, expect, test } from 'vitest'
import { SECOND_MS } from '../../src/utc.js'
import type { StreamItem } from '../../src/x-api/stream-item.js'
import { BRIEF_MS } from '../support/patience.js'
import {
  begin,
  refuses,
  sends,
  sendsAndBreaks,
  sendsAndEnds,
  sendsGzip,
  streamServer,
} from '../support/stream-server.js'
import { payload } from '../support/tweets.js'
import { kindsOf, linesOf, START, streaming, TOKEN } from './streaming.js'

const START_MS = Date.parse(START)
const TWEET = payload(START_MS, { text: 'schön 今日は 👩‍👩‍👧' }).toString()
const GOODBYE = `{"errors":[{"title":"operational-disconnect","disconnect_type":"UpstreamOperationalDisconnect","detail":"This stream has been disconnected upstream for operational reasons.","type":"https://api.x.com/2/problems/operational-disconnect"}]}`

const backfillAsked = (requests: IncomingMessage[]) =>
  requests.map(({ url }) => new URL(url ?? '', 'http://x').searchParams.get('backfill_minutes'))

describe('reading', () => {
  test('tweets come as X sent them, with the URL that brought them, and keep-alives apart', async () => {
    await using server = await streamServer(sends(`${TWEET}\r\n`, '\r\n'))
    await using stream = await streaming(server.url)
    const items = await stream.until('keep-alive')
    expect(linesOf(items)).toEqual([TWEET])
    expect(items.find(({ kind }) => kind === 'tweets')).toMatchObject({
      url: new URL(server.requests[0]?.url ?? '', server.url).href,
      receivedAt: START_MS,
      coveredUntil: START_MS,
    })
  })

  test('the request carries the token, the version and a wish for gzip', async () => {
    await using server = await streamServer(sends('\r\n'))
    await using stream = await streaming(server.url)
    await stream.until('keep-alive')
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'user-agent': 'sampled-stream-collector/1.2.3',
      'accept-encoding': 'gzip',
    })
  })

  test.each([
    ['plain', sends],
    ['gzip', sendsGzip],
  ] as const)('a line whose bytes come one by one is whole (%s)', async (_, sendsChunks) => {
    const bytes = [...Buffer.from(`${TWEET}\r\n\r\n`)].map((byte) => Buffer.from([byte]))
    await using server = await streamServer(sendsChunks(...bytes))
    await using stream = await streaming(server.url)
    const items = await stream.until('keep-alive')
    expect(linesOf(items)).toEqual([TWEET])
  })

  test('both spellings of the newer names, and what is no JSON at all, are handed on as they are', async () => {
    const lines = [
      '{"data":{"id":"1"},"includes":{"posts":[]}}',
      '{"includes":{"tweets":[]},"data":{"id":"2","note_post":{"text":"…"}}}',
      '{"data":{"id":"3"',
      '<garbage>',
    ]
    await using server = await streamServer(sends(lines.join('\r\n'), '\r\n\r\n'))
    await using stream = await streaming(server.url)
    expect(linesOf(await stream.until('keep-alive'))).toEqual(lines)
  })

  test('an unknown message is told, and the stream goes on', async () => {
    await using server = await streamServer(sends(`${TWEET}\r\n{"warning":"soon"}\r\n${TWEET}\r\n\r\n`))
    await using stream = await streaming(server.url)
    const items = await stream.until('keep-alive')
    expect(kindsOf(items)).toEqual(['connected', 'tweets', 'message', 'tweets', 'keep-alive'])
    expect(items).toContainEqual({ kind: 'message', at: START_MS, line: '{"warning":"soon"}' })
  })

  test('what was received before a connection broke is still handed on, also to a slow reader', async () => {
    const lines = Array.from({ length: 2000 }, (_, sequence) => payload(START_MS, { sequence }).toString())
    await using server = await streamServer(sendsAndBreaks(lines.join('\r\n'), '\r\n{"data":{"id'), sends())
    await using stream = await streaming(server.url)
    const connected = await stream.next()
    const first = await stream.next()
    await server.closed[0]
    const rest = await stream.until('disconnected')
    expect(linesOf([connected, first, ...rest])).toEqual(lines)
    expect(rest.at(-1)).toMatchObject({ reason: expect.stringContaining('; 12 bytes of an unfinished line') as string })
  })

  test('who does not read on makes X wait, and fills no memory', async () => {
    const line = Buffer.from(`${payload(START_MS, { text: 'x'.repeat(10_000) }).toString()}\r\n`)
    let sent = 0
    const blocked = Promise.withResolvers<unknown>()
    await using server = await streamServer((response) => {
      begin(response)
      const more = () => {
        while (response.write(line)) sent += line.length
        sent += line.length
        const timer = setTimeout(blocked.resolve, 300)
        response.once('drain', () => {
          clearTimeout(timer)
          if (sent < 200e6) more()
        })
      }
      more()
    })
    await using stream = await streaming(server.url)
    await stream.until('tweets')
    await blocked.promise
    expect(sent).toBeLessThan(50e6)
    expect((await stream.next()).kind).toBe('tweets')
  })
})

describe('reconnecting', () => {
  test('a stream that ends or breaks is taken up again at once', async () => {
    await using server = await streamServer(sendsAndEnds(`${TWEET}\r\n`), sendsAndBreaks(`${TWEET}\r\n`), sends('\r\n'))
    await using stream = await streaming(server.url)
    const ended = await stream.until('disconnected')
    expect(ended.at(-1)).toEqual({ kind: 'disconnected', at: START_MS, reason: 'X ended the stream' })
    stream.clock.advance(30 * SECOND_MS)
    const broken = await stream.until('disconnected')
    expect(broken.at(-1)).toMatchObject({ reason: expect.stringMatching(/^the connection to .* broke/) as string })
    await stream.until('keep-alive')
    expect(stream.clock.slept[0]).toBe(0)
  })

  test('connections that do not last are taken up ever more slowly', async () => {
    await using server = await streamServer(sendsAndEnds())
    await using stream = await streaming(server.url)
    for (let i = 0; i < 5; i++) await stream.until('disconnected')
    expect(stream.clock.slept).toEqual([0, 125, 250, 375])
  })

  test('a stream that flaps for an hour keeps to 25 connects in 15 minutes', async () => {
    await using server = await streamServer(sendsAndEnds())
    await using stream = await streaming(server.url)
    const connects: number[] = []
    while (stream.clock.now() < START_MS + 3600 * SECOND_MS) {
      const item = await stream.next()
      if (item.kind === 'connected') connects.push(item.at)
    }
    const most = connects.map((from) => connects.filter((at) => at >= from && at < from + 900 * SECOND_MS).length)
    expect(Math.max(...most)).toBeLessThanOrEqual(25)
    expect(connects.length).toBeGreaterThan(60)
  })

  test.concurrent('a connection without a byte for too long is dead', async () => {
    await using server = await streamServer(sends(TWEET))
    await using stream = await streaming(server.url, { socketMs: BRIEF_MS })
    const items = await stream.until('disconnected')
    expect(kindsOf(items)).toEqual(['connected', 'disconnected'])
    expect(items.at(-1)).toMatchObject({ reason: expect.stringContaining('not even a keep-alive') as string })
  })

  test.concurrent('a server that takes the request and never answers is given up', async () => {
    await using server = await streamServer(() => undefined)
    await using stream = await streaming(server.url, { socketMs: BRIEF_MS })
    expect(await stream.next()).toMatchObject({ kind: 'refused', error: { fault: 'network' } })
  })

  test('a stream that is kept alive but brings no tweets is left for a new one', async () => {
    await using server = await streamServer(
      async (response) => {
        begin(response).write(`${TWEET}\r\n`)
        for (;;) {
          await sleep(2)
          if (!response.write('\r\n') && response.destroyed) return
        }
      },
      sends(`${TWEET}\r\n`),
    )
    await using stream = await streaming(server.url)
    await stream.until('keep-alive')
    stream.clock.advance(299 * SECOND_MS)
    expect((await stream.next()).kind).toBe('keep-alive')
    stream.clock.advance(SECOND_MS)
    expect((await stream.until('disconnected')).at(-1)).toMatchObject({
      reason: 'kept alive for 5 min, but brought no tweet',
    })
    await stream.until('tweets')
    expect(backfillAsked(server.requests)).toEqual([null, '5'])
  })

  test('after a goodbye the stream is read to its end, then taken up again', async () => {
    await using server = await streamServer(sendsAndEnds(`${TWEET}\r\n${GOODBYE}\r\n${TWEET}\r\n`), sends('\r\n'))
    await using stream = await streaming(server.url)
    const items = await stream.until('disconnected')
    expect(kindsOf(items)).toEqual(['connected', 'tweets', 'message', 'tweets', 'disconnected'])
    expect(items.at(-1)).toMatchObject({
      reason: expect.stringMatching(/^X said UpstreamOperationalDisconnect: This stream has been/) as string,
    })
    await stream.until('keep-alive')
  })

  test.concurrent('after a goodbye that nothing follows the connection is closed by us', async () => {
    await using server = await streamServer(sends(`${GOODBYE}\r\n`), sends('\r\n'))
    await using stream = await streaming(server.url, { socketMs: BRIEF_MS })
    await stream.until('disconnected')
    await stream.until('keep-alive')
    expect(server.requests).toHaveLength(2)
  })

  test('a goodbye for one connection too many is waited out like its 429', async () => {
    const goodbye = { title: 'ConnectionException', connection_issue: 'TooManyConnections' }
    await using server = await streamServer(sendsAndEnds(`${JSON.stringify(goodbye)}\r\n`), sends('\r\n'))
    await using stream = await streaming(server.url)
    await stream.until('keep-alive')
    expect(stream.clock.slept).toEqual([60 * SECOND_MS])
  })
})

describe('refusals', () => {
  const tooMany = { connection_issue: 'TooManyConnections' }
  const resetIn = (seconds: number) => ({ 'x-rate-limit-reset': String(START_MS / 1000 + seconds) })
  const waits = async (count: number, ...answers: Parameters<typeof streamServer>) => {
    await using server = await streamServer(...answers)
    await using stream = await streaming(server.url)
    const seen: [string, number][] = []
    while (seen.length < count) {
      const item = await stream.next()
      if (item.kind === 'refused') seen.push([item.error.fault, item.waitMs / SECOND_MS])
    }
    return seen
  }

  test.each([
    ['http', [2.5, 5, 10], '503', refuses(503)],
    ['http', [40, 40, 40], '503 with retry-after', refuses(503, '', { 'retry-after': '40' })],
    ['http', [2.5, 5, 10], '503 with an endless body', refuses(503, 'x'.repeat(1 << 20))],
    ['http', [2.5, 5, 10], '404', refuses(404)],
    ['rate-limit', [60, 120, 240], '429 without a body', refuses(429)],
    ['rate-limit', [300, 120, 240], '429 with a reset in 300 s', refuses(429, '', resetIn(300))],
    ['too-many-connections', [60, 120, 240], '429 of its kind', refuses(429, tooMany)],
    ['usage-cap', [900, 900, 900], '429 of its kind', refuses(429, { title: 'UsageCapExceeded' })],
    ['unauthorized', [900, 900, 900], '401', refuses(401)],
    ['credits', [900, 900, 900], '402', refuses(402)],
    ['forbidden', [900, 900, 900], '403', refuses(403)],
  ] as const)('%s is tried again after %j s: %s', async (fault, seconds, _, answer) => {
    expect(await waits(3, answer)).toEqual(seconds.map((wait) => [fault, wait]))
  })

  test('a host that cannot be reached is tried again ever more slowly, and costs no connects', async () => {
    const server = await streamServer(sends())
    await server[Symbol.asyncDispose]()
    await using stream = await streaming(server.url)
    const items: StreamItem[] = []
    while (items.length < 100) items.push(await stream.next())
    expect(items.every((item) => item.kind === 'refused' && item.error.fault === 'network')).toBe(true)
    expect(stream.clock.slept.slice(0, 3)).toEqual([0, 125, 250])
    expect(Math.max(...stream.clock.slept)).toBe(8 * SECOND_MS)
  })

  test('the wait starts small again after a connection that was good', async () => {
    await using server = await streamServer(refuses(503), refuses(503), sendsAndEnds(), refuses(503), sends('\r\n'))
    await using stream = await streaming(server.url)
    await stream.until('connected')
    stream.clock.advance(20 * SECOND_MS)
    await stream.until('keep-alive')
    expect(stream.clock.slept).toEqual([2500, 5000, 0, 2500])
  })

  test('a page for people that comes with 200 is no stream', async () => {
    await using server = await streamServer(refuses(200, '<html>Please log in</html>', { 'content-type': 'text/html' }))
    await using stream = await streaming(server.url)
    expect(await stream.next()).toMatchObject({ kind: 'refused', error: { fault: 'http', status: 200 } })
  })

  test('a host whose certificate nobody vouches for gets no token', async () => {
    const requests: unknown[] = []
    const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }])
    const server = createServer({ key, cert }, (request) => requests.push(request)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    await using stream = await streaming(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
    expect(await stream.next()).toMatchObject({
      kind: 'refused',
      error: { fault: 'network', message: expect.stringContaining('self-signed certificate') as string },
    })
    expect(requests).toEqual([])
    server.close()
  })

  test('a redirect is not followed, for the token would go with it', async () => {
    await using elsewhere = await streamServer(sends('\r\n'))
    await using server = await streamServer(refuses(302, '', { location: elsewhere.url }))
    await using stream = await streaming(server.url)
    expect(await stream.next()).toMatchObject({ kind: 'refused', error: { status: 302 } })
    expect(elsewhere.requests).toEqual([])
  })
})

describe('backfill', () => {
  test('is asked for only when reconnecting, and for what the gap needs', async () => {
    await using server = await streamServer(sendsAndEnds(`${TWEET}\r\n`), refuses(429), sends('\r\n'))
    await using stream = await streaming(server.url)
    await stream.until('keep-alive')
    expect(backfillAsked(server.requests)).toEqual([null, '1', '2'])
  })

  test('is asked for by the first connect after a restart', async () => {
    await using server = await streamServer(sends('\r\n'))
    await using stream = await streaming(server.url, { coveredUntil: START_MS - 100 * SECOND_MS })
    expect(await stream.next()).toMatchObject({ kind: 'connected', backfillMinutes: 3 })
    expect(backfillAsked(server.requests)).toEqual(['3'])
  })

  test('is counted when the request goes out, not before a slow disk has remembered the connect', async () => {
    await using server = await streamServer(sends('\r\n'))
    const coveredUntil = START_MS - 25 * SECOND_MS
    await using stream = await streaming(server.url, { coveredUntil, slowDiskMs: 10 * SECOND_MS })
    await stream.next()
    expect(backfillAsked(server.requests)).toEqual(['2'])
  })

  test('is never asked for where the settings say 0', async () => {
    await using server = await streamServer(sendsAndEnds(`${TWEET}\r\n`), sends('\r\n'))
    await using stream = await streaming(server.url, { backfillMinutes: 0 })
    await stream.until('keep-alive')
    expect(backfillAsked(server.requests)).toEqual([null, null])
  })

  test('an account that may have none gets the stream without, and is not asked again', async () => {
    await using server = await streamServer(refuses(403), sendsAndEnds(`${TWEET}\r\n`), sends('\r\n'))
    await using stream = await streaming(server.url, { coveredUntil: START_MS })
    await stream.until('keep-alive')
    expect(backfillAsked(server.requests)).toEqual(['1', null, null])
    expect(stream.log.text()).toContain('X allows this account no backfill')
  })

  test('a refusal that was not for its sake leaves it on', async () => {
    await using server = await streamServer(refuses(403), refuses(403), sends('\r\n'))
    await using stream = await streaming(server.url, { coveredUntil: START_MS })
    await stream.until('keep-alive')
    expect(backfillAsked(server.requests)).toEqual(['1', null, '5'])
    expect(stream.clock.slept).toEqual([2500, 900_000])
  })
})

describe('stopping', () => {
  test.each([
    ['while nothing comes', sends()],
    ['while no answer comes', () => undefined],
  ] as const)('the stream ends %s', async (_, answer) => {
    await using server = await streamServer(answer)
    await using stream = await streaming(server.url)
    const items: StreamItem[] = []
    const reading = (async () => {
      for await (const item of stream.items) {
        items.push(item)
      }
    })()
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    stream.stop.abort()
    await reading
    if (items[0]?.kind === 'connected') expect(items.at(-1)).toMatchObject({ kind: 'disconnected', reason: 'stopped' })
  })

  test('a consumer that leaves closes the connection', async () => {
    await using server = await streamServer(sends(`${TWEET}\r\n`))
    await using stream = await streaming(server.url)
    await stream.until('tweets')
    await stream.items.return(undefined)
    await server.closed[0]
  })
})

test('the token is in no error, no item and no log', async () => {
  const unreachable = await streamServer(sends())
  await unreachable[Symbol.asyncDispose]()
  const seen: string[] = []
  const record = async (url: string, options: Parameters<typeof streaming>[1] = {}) => {
    await using stream = await streaming(url, { socketMs: BRIEF_MS, ...options })
    const items = [await stream.next(), await stream.next(), await stream.next()]
    seen.push(inspect(items, { depth: Infinity, showHidden: true }) + stream.log.text())
  }
  await using echo = await streamServer(
    refuses(401, { title: 'Unauthorized', detail: `no such token: Bearer ${TOKEN}` }),
    (response) => response.destroy(),
    () => undefined,
  )
  await using broken = await streamServer(sendsAndBreaks(`${TWEET}\r\n`))
  await record(unreachable.url)
  await record(echo.url)
  await record(broken.url)
  await record(echo.url, { token: `${TOKEN}\r\nx-injected: 1` })
  expect(seen).toHaveLength(4)
  expect(seen.join()).toContain('no such token')
  expect(seen.join()).not.toContain(TOKEN)
})
