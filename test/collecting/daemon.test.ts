import { expect, test } from 'vitest'
import { collectorPlace, untilCounted, untilLogged } from '../support/collector-place.js'
import { begin, refuses, keepsAlive, streamServer, type Answer } from '../support/stream-server.js'
import { idsOf, payload } from '../support/tweets.js'
import { until } from '../support/until.js'

const tweets = (count: number): Buffer[] => {
  const now = Date.now()
  return Array.from({ length: count }, (_, sequence) => payload(now, { sequence }))
}
const onLines = (lines: Buffer[]): string => lines.map((line) => `${line.toString()}\r\n`).join('')

const never: Answer = () => undefined

test.each(['SIGTERM', 'SIGINT'] as const)('%s seals what is open and leaves with 0', async (signal) => {
  const lines = tweets(100)
  await using server = await streamServer(keepsAlive(onLines(lines)))
  await using place = await collectorPlace(server.url)
  await using running = place.start()
  await untilCounted(place, running, 100)
  running.child.kill(signal)
  expect((await running.ended).code).toBe(0)
  expect(await place.sealedIds()).toEqual(idsOf(onLines(lines)))
  expect(await place.heartbeat()).toMatchObject({ connection: 'stopped', totals: { tweets: 100 } })
  expect((await place.minuteFiles()).filter((name) => name.endsWith('.part'))).toEqual([])
})

test.each([
  ['no tweet comes', keepsAlive(), 'connected'],
  ['X does not answer', never, 'collecting'],
  ['X lets it wait', refuses(503), '503'],
])('SIGTERM leaves with 0 while %s', async (_name, answer, words) => {
  await using server = await streamServer(answer)
  await using place = await collectorPlace(server.url)
  await using running = place.start()
  await untilLogged(running, words)
  if (answer === never)
    await until(() => {
      expect(server.requests).toHaveLength(1)
    })
  running.child.kill('SIGTERM')
  expect((await running.ended).code, running.stderr).toBe(0)
  expect((await place.journal()).at(-1)?.event).toBe('stopped')
})

test('SIGTERM leaves with 0 while tweets pour in', async () => {
  const now = Date.now()
  let sequence = 0
  const pours: Answer = (response) => {
    begin(response)
    const more = (): void => {
      while (!response.destroyed && response.write(`${payload(now, { sequence: sequence++ }).toString()}\r\n`));
    }
    response.on('drain', more)
    more()
  }
  await using server = await streamServer(pours)
  await using place = await collectorPlace(server.url)
  await using running = place.start()
  await until(async () => {
    expect((await place.heartbeat())?.totals.tweets).toBeGreaterThan(1000)
  })
  running.child.kill('SIGTERM')
  expect((await running.ended).code).toBe(0)
  const totals = (await place.heartbeat())?.totals
  expect(await place.sealedIds()).toHaveLength(totals?.tweets ?? -1)
})

test('a second signal kills a collector that hangs, and what it had written is kept', async () => {
  const lines = tweets(10)
  await using server = await streamServer(keepsAlive(onLines(lines)))
  await using place = await collectorPlace(server.url)
  await using running = place.start()
  await untilCounted(place, running, 10)
  // Both arrive before it can have sealed: the second does not ask.
  running.child.kill('SIGSTOP')
  running.child.kill('SIGTERM')
  running.child.kill('SIGINT')
  running.child.kill('SIGCONT')
  expect((await running.ended).code).toBe(130)
  await using again = place.start()
  await untilLogged(again, 'adopted a file')
  again.child.kill('SIGTERM')
  expect((await again.ended).code).toBe(0)
  expect((await place.sealedIds()).slice(0, 10)).toEqual(idsOf(onLines(lines)))
})

test('of two collectors with one spool the second leaves with 75 and one line, and the first loses nothing', async () => {
  const lines = tweets(20)
  await using server = await streamServer(keepsAlive(onLines(lines)))
  await using place = await collectorPlace(server.url)
  await using first = place.start()
  await untilCounted(place, first, 20)
  await using second = place.start()
  const { code, stderr } = await second.ended
  expect(code).toBe(75)
  expect(stderr).toContain('is held by another collector')
  await using third = place.start({}, ['--unless-running'])
  expect(await third.ended).toEqual({ code: 75, stdout: '', stderr: '' })
  expect((await place.heartbeat())?.process).toBe(first.child.pid)
  first.child.kill('SIGTERM')
  expect((await first.ended).code).toBe(0)
  expect(await place.sealedIds()).toEqual(idsOf(onLines(lines)))
})

test('the connects of earlier starts are counted, so that a collector that is started over and over does not flood X', async () => {
  await using server = await streamServer(refuses(503))
  await using place = await collectorPlace(server.url)
  const now = Date.now()
  // A clock that all but stands, so that no minute passes in which one more connect is allowed.
  const clock = { COLLECTOR_CLOCK: `${now}/${now}/0.01` }
  for (let start = 0; start < 12; start++) {
    const before = server.requests.length
    await using running = place.start(clock)
    await until(() => {
      expect(server.requests.length > before || running.stderr.includes('too many connects')).toBe(true)
    })
  }
  expect(server.requests).toHaveLength(10)
})
