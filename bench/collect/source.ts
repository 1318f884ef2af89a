/**
 * A stream like X's, as a process of its own, that costs next to nothing to send: the simulator's tweets, made and
 * compressed beforehand. `http://127.0.0.1:PORT/RATE/COUNT/2/tweets/sample/stream` sends COUNT lines, RATE a second or, with
 * RATE 0, as fast as they are read, and stays open. `/status` tells of the last stream, `/forget` makes it forget that. Prints its
 * port and the mean line's bytes.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { constants, deflateRawSync } from 'node:zlib'
import { parseStreamRequest, type StreamRequest } from '../../src/simulator/x/stream-request.js'
import { sampleUrl } from '../../src/x-api/sample-request.js'
import { SeededTweets } from '../../src/simulator/tweets/seeded-tweets.js'

const LINES = 20_000
const LINE_BYTES = 1000
const RATE_MADE = 1000
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
/** Paced, so many times a second something is sent, where the rate allows. */
const SENDS_A_SECOND = 50
const UNPACED_LINES = 100

const lines = makeLines()
const status = { sent: 0, mostLateMs: 0 }

const server = createServer((request, response) => {
  if (request.url === '/forget') forget()
  if (request.url === '/status' || request.url === '/forget') {
    response.end(JSON.stringify(status))
    return
  }
  const [, rate = '0', count = '0'] = (request.url ?? '').split('/')
  void stream(response, Number(rate), Number(count))
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const meanBytes = lines.reduce((sum, { length }) => sum + length, 0) / lines.length
process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port, meanBytes })}\n`)

/** Lines of about a kilobyte, of tweets made just now. */
function makeLines(): Buffer[] {
  const request = parseStreamRequest(
    sampleUrl({ baseUrl: 'http://x', fields: 'lean' }, 0).searchParams,
  ) as StreamRequest
  const source = new SeededTweets({ seed: 1, rate: RATE_MADE })
  const made: Buffer[] = []
  for (let second = Math.floor(Date.now() / 1000) - 30; made.length < LINES; second += 1)
    for (const { bytes, ends } of source.deliveredIn(second, request.asked))
      made.push(...ends.map((end, index) => widened(bytes.subarray(ends[index - 1] ?? 0, end))))
  return made.slice(0, LINES)
}

/** The lean fields make smaller tweets: the text is repeated until the line is as long as asked for. */
function widened(line: Buffer): Buffer {
  const payload = JSON.parse(line.toString()) as { data: { text: string } }
  const { text } = payload.data
  while (Buffer.byteLength(JSON.stringify(payload)) < LINE_BYTES - text.length / 2) payload.data.text += ` ${text}`
  return Buffer.from(`${JSON.stringify(payload)}\r\n`)
}

function forget(): void {
  Object.assign(status, { sent: 0, mostLateMs: 0 })
}

async function stream(response: ServerResponse, rate: number, count: number): Promise<void> {
  const each = rate === 0 ? UNPACED_LINES : Math.max(1, Math.round(rate / SENDS_A_SECOND))
  const pieces = compressed(each)
  forget()
  let wake: () => void = () => undefined
  response.on('error', () => undefined)
  for (const event of ['drain', 'close'])
    response.on(event, () => {
      wake()
    })
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
  response.write(GZIP_HEADER)
  const began = performance.now()
  for (let sent = 0, piece = 0; sent < count && !response.destroyed; sent += each, piece += 1) {
    if (rate > 0) {
      const dueMs = began + (sent / rate) * 1000
      if (performance.now() < dueMs) await wait(dueMs - performance.now())
      status.mostLateMs = Math.max(status.mostLateMs, performance.now() - dueMs)
    }
    if (!response.write(pieces[piece % pieces.length])) await new Promise((resolve) => (wake = resolve as () => void))
    status.sent = sent + each
  }
}

/** Blocks of so many lines each; every block stands for itself, so that they make a stream in any order. */
function compressed(each: number): Buffer[] {
  return Array.from({ length: Math.floor(lines.length / each) }, (_, block) =>
    deflateRawSync(Buffer.concat(lines.slice(block * each, (block + 1) * each)), {
      level: constants.Z_BEST_SPEED,
      finishFlush: constants.Z_FULL_FLUSH,
    }),
  )
}
