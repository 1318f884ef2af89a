import { afterEach, describe, expect, test, vi } from 'vitest'
import { publish } from '../../src/osf/publish.js'
import { osfWorld, TOKEN as OSF_TOKEN, type OsfWorld } from '../osf/osf-world.js'
import { startConnectProxy, type ConnectProxy, type ProxyHabit } from '../support/connect-proxy.js'
import { BRIEF_MS } from '../support/patience.js'
import { sends, streamServer } from '../support/stream-server.js'
import { tlsFront } from '../support/tls-front.js'
import { until } from '../support/until.js'
import { linesOf, streaming, TOKEN as X_TOKEN } from '../x-api/streaming.js'

/** Names that nobody can look up: who reaches them has come through the proxy. */
const X_HOST = 'api.x.invalid'
const OSF_HOST = 'api.osf.invalid'
const IDS = '2026/11/21/2026-11-21_13_IDs.txt.xz'

const portIn = (url: string): number => Number(new URL(url).port)

/** Have the environment name this proxy. */
function use({ port }: Pick<ConnectProxy, 'port'>, { variable = 'HTTPS_PROXY', login = '' } = {}): void {
  vi.stubEnv(variable, `http://${login}127.0.0.1:${port}`)
}

/** `hasty`: waits for sockets take a sixtieth. */
const publishIn = async (world: OsfWorld, { hasty = false } = {}) =>
  publish([await world.file(IDS, 'one')], {
    ...world.context,
    ...(hasty && { clock: { ...world.context.clock, socketMs: (ms: number) => ms / 60 } }),
    settings: { ...world.context.settings, baseUrl: `https://${OSF_HOST}` },
  })

afterEach(() => {
  vi.unstubAllEnvs()
})

test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'])(
  "X's stream comes through the proxy that %s names, with its user and password, and the proxy sees no token",
  async (variable) => {
    await using x = await streamServer(sends('{"data":{"id":"1"}}\r\n'))
    await using front = await tlsFront(portIn(x.url), X_HOST)
    await using proxy = await startConnectProxy(front.port)
    use(proxy, { variable, login: 'me:s%40cret@' })
    await using stream = await streaming(`https://${X_HOST}`)
    expect(linesOf(await stream.until('tweets'))).toEqual(['{"data":{"id":"1"}}'])
    expect(proxy.targets).toEqual([`${X_HOST}:443`])
    expect(proxy.logins).toEqual([`Basic ${Buffer.from('me:s@cret').toString('base64')}`])
    expect(x.requests[0]?.headers).toMatchObject({ authorization: `Bearer ${X_TOKEN}`, host: X_HOST })
    expect(x.requests[0]?.headers['proxy-authorization']).toBeUndefined()
  },
)

test('files reach OSF through the proxy, a tunnel for each request, and no connection stays open', async () => {
  await using world = await osfWorld()
  await using front = await tlsFront(portIn(world.osf.url), OSF_HOST)
  await using proxy = await startConnectProxy(front.port)
  use(proxy, { login: 'me:secret@' })
  expect(await publishIn(world)).toMatchObject({ uploaded: 1, failed: [] })
  expect(new Set(proxy.targets)).toEqual(new Set([`${OSF_HOST}:443`]))
  expect(new Set(proxy.logins)).toEqual(new Set([`Basic ${Buffer.from('me:secret').toString('base64')}`]))
  await until(() => {
    expect(proxy.open).toBe(0)
  })
})

test('what NO_PROXY lists, and what is on this machine, is reached directly', async () => {
  await using world = await osfWorld()
  await using x = await streamServer(sends('{"data":{"id":"1"}}\r\n'))
  await using proxy = await startConnectProxy(1)
  use(proxy)
  expect(await publish([await world.file(IDS, 'one')], world.context)).toMatchObject({ uploaded: 1 })
  await using here = await streaming(x.url)
  expect(linesOf(await here.until('tweets'))).toHaveLength(1)
  vi.stubEnv('NO_PROXY', 'x.invalid,osf.invalid')
  await using elsewhere = await streaming(`https://${X_HOST}`)
  expect(await reasonIn(elsewhere)).toMatch(/^cannot reach api\.x\.invalid \((ENOTFOUND|EAI_AGAIN)/)
  await using other = await osfWorld()
  expect((await publishIn(other)).failed[0]?.error.message).toMatch(/the connection to api\.osf\.invalid failed/)
  expect(proxy.targets).toEqual([])
})

/** Why there is no stream. */
async function reasonIn(stream: Awaited<ReturnType<typeof streaming>>): Promise<string> {
  const refused = (await stream.until('refused')).at(-1)
  return refused?.kind === 'refused' ? refused.error.message : ''
}

const port = '127\\.0\\.0\\.1:\\d+'
/** What each habit of a proxy is told as; `HOST` is whom it was to lead to. */
const habits: readonly [string, ProxyHabit, string][] = [
  [
    'refuses (403)',
    { refuses: 403 },
    `the proxy ${port} answered 403 Forbidden for HOST:443: have it let this machine through to HOST, or list HOST in NO_PROXY`,
  ],
  [
    'wants a login (407)',
    { refuses: 407 },
    `the proxy ${port} answered 407 .* for HOST:443: it wants a user and password: put them into HTTPS_PROXY as http://USER:PASSWORD@${port}, or list`,
  ],
  [
    "can't reach it (502)",
    { refuses: 502 },
    `the proxy ${port} answered 502 Bad Gateway for HOST:443: it can't reach it now`,
  ],
  [
    'is silent',
    'is silent',
    `the proxy ${port} opened no way to HOST:443 \\(no answer within \\d+ s\\): check HTTPS_PROXY`,
  ],
  [
    'leads nowhere',
    'leads nowhere',
    `HOST through the proxy ${port} (was silent for \\d+ s|\\(UND_ERR_CONNECT_TIMEOUT)`,
  ],
  ['hangs up', 'hangs up', `the proxy ${port} opened no way to HOST:443 \\(ECONNRESET: socket hang up\\)`],
  [
    'answers with a head that never ends',
    'answers without end',
    `the proxy ${port} opened no way to HOST:443 \\(HPE_HEADER_OVERFLOW`,
  ],
]

describe.each(habits)('a proxy that %s', (_, habit, words) => {
  const wordsFor = (host: string) => new RegExp(words.replaceAll('HOST', host))

  test("is named as why there is no stream of X's, and costs no connect of X's budget", async () => {
    await using x = await streamServer(sends('{"data":{"id":"1"}}\r\n'))
    await using front = await tlsFront(portIn(x.url), X_HOST)
    await using proxy = await startConnectProxy(front.port, habit)
    use(proxy)
    await using stream = await streaming(`https://${X_HOST}`, { socketMs: BRIEF_MS })
    expect(await reasonIn(stream)).toMatch(wordsFor(X_HOST))
    expect(proxy.targets).toHaveLength(1)
    expect(x.requests).toEqual([])
    proxy.habit = 'opens'
    expect(linesOf(await stream.until('tweets'))).toHaveLength(1)
  })

  test('is named as why nothing reaches OSF, and the next run does', async () => {
    await using world = await osfWorld()
    await using front = await tlsFront(portIn(world.osf.url), OSF_HOST)
    await using proxy = await startConnectProxy(front.port, habit)
    use(proxy)
    const { failed } = await publishIn(world, { hasty: true })
    expect(failed[0]?.error.message).toMatch(wordsFor(OSF_HOST))
    expect(failed[0]?.error.message).not.toContain(OSF_TOKEN)
    expect(proxy.targets.length).toBeGreaterThan(0)
    await until(() => {
      expect(proxy.open).toBe(0)
    })
    proxy.habit = 'opens'
    expect(await publishIn(world)).toMatchObject({ uploaded: 1, failed: [] })
  })
})

test('a proxy that takes the user and password for wrong ones is told so, without the password', async () => {
  await using proxy = await startConnectProxy(1, { refuses: 407 })
  use(proxy, { login: 'me:s3cret@' })
  await using stream = await streaming(`https://${X_HOST}`)
  const reason = await reasonIn(stream)
  expect(reason).toMatch(/answered 407 .*: it does not take the user and password in HTTPS_PROXY: correct them/)
  expect(reason).not.toContain('s3cret')
})

test('a proxy where nobody listens, and one that is none, are named', async () => {
  vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1')
  await using stream = await streaming(`https://${X_HOST}`)
  expect(await reasonIn(stream)).toMatch(/^the proxy 127\.0\.0\.1:1 opened no way to .* \(ECONNREFUSED/)
  vi.stubEnv('HTTPS_PROXY', 'socks5://127.0.0.1:1')
  expect(await reasonIn(stream)).toMatch(/^HTTPS_PROXY names a socks5 proxy: only http/)
  await using world = await osfWorld()
  expect((await publishIn(world)).failed[0]?.error.message).toMatch(/HTTPS_PROXY names a socks5 proxy: only http/)
})

describe('a tunnel that breaks', () => {
  test.each([10, 1000, 3000])(
    'after %i bytes is told with the proxy, and the stream is taken up again',
    async (bytes) => {
      const lines = Array.from({ length: 40 }, (_, id) => `{"data":{"id":"${id}","text":"${'x'.repeat(100)}"}}\r\n`)
      await using x = await streamServer(sends(...lines))
      await using front = await tlsFront(portIn(x.url), X_HOST)
      await using proxy = await startConnectProxy(front.port, { breaksAfter: bytes })
      use(proxy)
      await using stream = await streaming(`https://${X_HOST}`)
      const seen = [await stream.next()]
      while (!['refused', 'disconnected'].includes(seen.at(-1)?.kind ?? '')) seen.push(await stream.next())
      expect(proxy.broken).toBe(1)
      const last = seen.at(-1)
      const reason = last?.kind === 'refused' ? last.error.message : last?.kind === 'disconnected' ? last.reason : ''
      expect(reason).toMatch(new RegExp(`api\\.x\\.invalid through the proxy ${port}`))
      proxy.habit = 'opens'
      while (new Set(linesOf(seen)).size < lines.length) seen.push(await stream.next())
    },
  )

  test('under an exchange with OSF is told with the proxy, and the next run does it', async () => {
    await using world = await osfWorld()
    await using front = await tlsFront(portIn(world.osf.url), OSF_HOST)
    await using proxy = await startConnectProxy(front.port, { breaksAfter: 1600 })
    use(proxy)
    const { failed } = await publishIn(world)
    expect(proxy.broken).toBeGreaterThan(0)
    expect(failed[0]?.error.message).toMatch(
      new RegExp(`the connection to api\\.osf\\.invalid through the proxy ${port} failed`),
    )
    proxy.habit = 'opens'
    expect(await publishIn(world)).toMatchObject({ uploaded: 1, failed: [] })
  })
})
