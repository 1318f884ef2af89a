import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realClock } from '../../src/clock.js'
import { presentHeartbeat } from '../../src/health/heartbeat.js'
import { collectorPlace, untilCounted, untilLogged } from '../support/collector-place.js'
import { refuses, keepsAlive, streamServer } from '../support/stream-server.js'
import { payload } from '../support/tweets.js'
import { until } from '../support/until.js'

const TWEET = `${payload(Date.now()).toString()}\r\n`

test('SIGHUP reads a token that was wrong anew, and the stream is tried again at once', async () => {
  const tokens: (string | undefined)[] = []
  await using server = await streamServer((response, request) => {
    const token = request.headers.authorization
    tokens.push(token)
    ;(token === 'Bearer right' ? keepsAlive(TWEET) : refuses(401))(response, request)
  })
  await using place = await collectorPlace(server.url, { x: { base_url: server.url, bearer_token_file: 'token' } })
  const token = join(place.root, 'token')
  await writeFile(token, 'wrong\n', { mode: 0o600 })
  await using running = place.start({ COLLECTOR_X_BEARER_TOKEN: '' })
  await untilLogged(running, 'refused the stream')
  running.child.kill('SIGUSR1')
  running.child.kill('SIGUSR2')
  running.child.kill('SIGPIPE')
  await writeFile(token, 'right\n')
  running.child.kill('SIGHUP')
  await untilCounted(place, running, 1)
  expect(tokens).toEqual(['Bearer wrong', 'Bearer right'])
  expect(running.stderr).not.toMatch(/Debugger|wrong|right/)
  running.child.kill('SIGTERM')
  expect((await running.ended).code).toBe(0)
})

test('SIGHUP reads the log level anew, and settings with faults change nothing', async () => {
  await using server = await streamServer(keepsAlive(TWEET))
  await using place = await collectorPlace(server.url, {
    server: { number: '1', redundant: 'false', log_level: 'error' },
  })
  await using running = place.start()
  await untilCounted(place, running, 1)
  expect(running.stderr).toBe('')
  await writeFile(place.settings, '[server]\nnumber = 3\n')
  running.child.kill('SIGHUP')
  await untilLogged(running, 'going on with the settings as they were')
  running.child.kill('SIGTERM')
  expect((await running.ended).code).toBe(0)
})

test('a collector whose log nobody reads any more goes on, and its journal says so', async () => {
  const lines = Promise.withResolvers<undefined>()
  await using server = await streamServer(async (response) => {
    keepsAlive(TWEET)(response, undefined as never)
    await lines.promise
    response.write('{"more":1}\r\n{"more":2}\r\n')
  })
  await using place = await collectorPlace(server.url)
  await using running = place.start()
  await untilCounted(place, running, 1)
  running.child.stderr.destroy()
  running.child.stdout.destroy()
  lines.resolve(undefined)
  await until(async () => {
    expect(await place.journal()).toContainEqual(expect.objectContaining({ event: 'log-lost', reason: 'EPIPE' }))
  })
  running.child.kill('SIGTERM')
  expect((await running.ended).code).toBe(0)
  expect(await place.sealedIds()).toHaveLength(1)
})

test('after kill -9 a heartbeat that says connected is read as that of a collector that does not run', async () => {
  await using server = await streamServer(keepsAlive(TWEET))
  await using place = await collectorPlace(server.url)
  await using running = place.start()
  await untilCounted(place, running, 1)
  // This test's clock is behind the collector's, which runs fast.
  const now = () => presentHeartbeat(place.spool, { now: () => realClock().now() })
  expect(await now()).toMatchObject({ connection: 'connected' })
  running.child.kill('SIGKILL')
  await running.ended
  expect(await place.heartbeat()).toMatchObject({ connection: 'connected' })
  expect(await now()).toMatchObject({ connection: 'not running' })
  await using again = place.start()
  await untilCounted(place, again, 1)
  const later = { now: () => realClock().now() + 3_600_000 }
  expect(await presentHeartbeat(place.spool, later)).toMatchObject({ connection: 'not responding' })
  again.child.kill('SIGTERM')
  await again.ended
  expect(await now()).toMatchObject({ connection: 'stopped' })
})
