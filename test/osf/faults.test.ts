import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { OsfErrorKind } from '../../src/osf/osf-error.js'
import { publish } from '../../src/osf/publish.js'
import { ExitCode } from '../../src/operator-error.js'
import { ManualClock } from '../support/manual-clock.js'
import { BRIEF_MS } from '../support/patience.js'
import { osfWorld, sha256, stored, type OsfWorld } from './osf-world.js'

const IDS_13 = '2026/11/21/2026-11-21_13_IDs.txt.xz'
const IDS_14 = '2026/11/21/2026-11-21_14_IDs.txt.xz'
/** More than a socket holds, so that a connection can break in the middle of it. */
const BIG = 'one line of many\n'.repeat(150_000)

const twoFiles = async (world: OsfWorld) => [await world.file(IDS_13, BIG), await world.file(IDS_14, 'two')]

const BOTH = [`/${IDS_13} v1 ${sha256(BIG).slice(0, 8)}`, `/${IDS_14} v1 ${sha256('two').slice(0, 8)}`]

test.each([500, 502, 503, 504, 429])('%i twice at an upload, and the third try brings it up', async (value) => {
  await using world = await osfWorld([{ kind: 'status', value, times: 2, only: '13_IDs' }])
  expect(await publish(await twoFiles(world), world.context)).toMatchObject({ uploaded: 2, failed: [] })
  expect(stored(world)).toEqual(BOTH)
  expect(world.plan.fired).toHaveLength(2)
  expect(world.requests().filter((request) => request === `PUT /${IDS_13} ${value}`)).toHaveLength(2)
})

test.each([500, 502, 503, 504, 429])('%i at each of the small requests is got over', async (value) => {
  const small = ['/v2/nodes/abcde/files', 'meta=', 'name=2026', 'name=11', 'name=21']
  await using world = await osfWorld(small.map((only) => ({ kind: 'status', value, only })))
  expect(await publish(await twoFiles(world), world.context)).toMatchObject({ uploaded: 2, failed: [] })
  expect(world.plan.pending).toEqual([])
  expect(stored(world)).toEqual(BOTH)
})

test.each([
  [401, '/v2/nodes/abcde/files', 'auth', 'check [osf] token_file; the token needs the scope osf.full_write'],
  [403, '/v2/nodes/abcde/files', 'auth', 'check [osf] token_file'],
  [404, '/v2/nodes/abcde/files', 'not-found', 'check [osf] project'],
  [410, '/v2/nodes/abcde/files', 'not-found', 'check [osf] project'],
  [403, '13_IDs', 'auth', 'write access to project abcde'],
  [507, '13_IDs', 'quota', 'the storage of project abcde is full; make room, or set [osf] project to a new one'],
  [301, '/v2/nodes/abcde/files', 'refused', 'check [osf] base_url'],
] as [number, string, OsfErrorKind, string][])(
  '%i at %s ends the run at once, tells why, and leaves the rest to the next one',
  async (value, only, kind, advice) => {
    await using world = await osfWorld([{ kind: 'status', value, only, times: 2 }])
    const files = await twoFiles(world)
    const { uploaded, failed } = await publish(files, world.context)
    expect(uploaded).toBe(0)
    expect(failed).toMatchObject([
      { remote: IDS_13, error: { kind, fatal: true, exitCode: ExitCode.failed } },
      { remote: IDS_14, error: { kind: 'pending', fatal: false, exitCode: ExitCode.partial } },
    ])
    expect(failed[0]?.error.message).toContain(advice)
    expect(failed[0]?.error.message).toContain(String(value))
    expect(world.plan.fired.length).toBeGreaterThan(0)
  },
)

test.each([400, 411, 413])('%i is the fault of one file: it is not sent again, and the others go up', async (value) => {
  await using world = await osfWorld([{ kind: 'status', value, only: '13_IDs' }])
  const { uploaded, failed } = await publish(await twoFiles(world), world.context)
  expect(uploaded).toBe(1)
  expect(failed).toMatchObject([{ remote: IDS_13, error: { fatal: false } }])
  expect(world.requests().filter((request) => request.includes('13_IDs'))).toEqual([`PUT /${IDS_13} ${value}`])
})

test.each([0, 65_536, 1_000_000])(
  'a connection reset after %i bytes of a file costs a look and a second try',
  async (value) => {
    await using world = await osfWorld([{ kind: 'reset', value, only: '13_IDs' }])
    expect(await publish(await twoFiles(world), world.context)).toMatchObject({ uploaded: 2, failed: [] })
    expect(world.plan.fired).toHaveLength(1)
    expect(stored(world)).toEqual(BOTH)
    expect(world.requests().slice(6)).toEqual([
      `PUT /${IDS_13} none`,
      'GET /2026/11/21/ 200',
      `PUT /${IDS_13} 201`,
      `PUT /${IDS_14} 201`,
    ])
  },
)

test('a file that was stored though the answer never came is found, and not sent again', async () => {
  await using world = await osfWorld([{ kind: 'stored-without-answer', only: '13_IDs' }], { socketMs: BRIEF_MS })
  expect(await publish(await twoFiles(world), world.context)).toMatchObject({ uploaded: 2, unchanged: 0, failed: [] })
  expect(world.plan.fired).toHaveLength(1)
  expect(stored(world)).toEqual(BOTH)
  expect(world.requests().filter((request) => request.includes('13_IDs'))).toEqual([`PUT /${IDS_13} none`])
  expect(world.log.text()).toContain('was silent for')
})

test('a wrong hash in the answer is not believed: OSF is asked what it has', async () => {
  await using world = await osfWorld([{ kind: 'wrong-hash', only: '13_IDs' }])
  expect(await publish(await twoFiles(world), world.context)).toMatchObject({ uploaded: 2, failed: [] })
  expect(world.plan.fired).toHaveLength(1)
  expect(stored(world)).toEqual(BOTH)
  expect(world.requests().slice(6, 8)).toEqual([`PUT /${IDS_13} 201`, 'GET /2026/11/21/ 200'])
})

test.each(['name=2026', 'name=11', 'name=21'])('a folder that somebody makes in between (%s) is used', async (only) => {
  await using world = await osfWorld([{ kind: 'folder-made-in-between', only }])
  expect(await publish(await twoFiles(world), world.context)).toMatchObject({ uploaded: 2, failed: [] })
  expect(world.plan.fired).toHaveLength(1)
  expect(stored(world)).toEqual(BOTH)
})

test('one file that OSF never takes is given up after five tries, and the next one goes up', async () => {
  await using world = await osfWorld([{ kind: 'status', value: 500, only: '13_IDs', times: 99 }])
  const { uploaded, failed } = await publish(await twoFiles(world), world.context)
  expect(uploaded).toBe(1)
  expect(failed).toMatchObject([
    { remote: IDS_13, error: { kind: 'temporary', fatal: false, exitCode: ExitCode.partial } },
  ])
  expect(world.plan.fired).toHaveLength(5)
})

test('three files in a row that OSF does not take end the run', async () => {
  await using world = await osfWorld([{ kind: 'status', value: 503, only: '_IDs', times: 99 }])
  const names = ['10', '11', '12', '13', '14'].map((hour) => `2026/11/21/2026-11-21_${hour}_IDs.txt.xz`)
  const files = await Promise.all(names.map((name) => world.file(name, name)))
  const { failed } = await publish(files, world.context)
  expect(failed.map(({ error }) => error.kind)).toEqual(['temporary', 'temporary', 'temporary', 'pending', 'pending'])
  expect(world.plan.fired).toHaveLength(15)
})

test('an OSF that is out of reach is one line with the address and the reason', async () => {
  await using world = await osfWorld()
  const files = await twoFiles(world)
  await world.osf[Symbol.asyncDispose]()
  const { failed } = await publish(files, world.context)
  expect(failed.map(({ error }) => error.kind)).toEqual(['temporary', 'pending'])
  expect(failed[0]?.error).toMatchObject({ fatal: true, exitCode: ExitCode.partial })
  expect(failed[0]?.error.message).toMatch(
    /^the connection to 127\.0\.0\.1:\d+ failed at the question .* \(connect ECONNREFUSED 127\.0\.0\.1:\d+\): check the network and \[osf\] base_url; the next run tries again$/,
  )
})

test('a Retry-After of an hour is left to the next run, which then finishes', async () => {
  const clock = new ManualClock('2026-11-21T14:20:00Z')
  await using world = await osfWorld([], { clock, rateLimits: { waterButlerPerHour: 5 } })
  const files = await twoFiles(world)
  expect(await publish(files, world.context)).toMatchObject({
    uploaded: 1,
    failed: [{ remote: IDS_14, error: { kind: 'temporary', retryAfterMs: 3_600_000 } }],
  })
  clock.advance(3_600_000)
  expect(await publish(files, world.context)).toMatchObject({ uploaded: 1, unchanged: 1, failed: [] })
  expect(stored(world)).toEqual(BOTH)
})

test('another service at that address is not taken for OSF', async () => {
  await using page = await startPage('<html>Welcome to the hotel network</html>')
  await using world = await osfWorld()
  const settings = { ...world.context.settings, baseUrl: page.url }
  const { failed } = await publish(await twoFiles(world), { ...world.context, settings })
  expect(failed[0]?.error).toMatchObject({ kind: 'temporary', fatal: true })
  expect(failed[0]?.error.message).toContain('but not as OSF does: check [osf] base_url')
})

async function startPage(html: string): Promise<AsyncDisposable & { url: string; server: Server }> {
  const server = createServer((_, response) => response.end(html)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
