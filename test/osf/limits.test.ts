import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { publish } from '../../src/osf/publish.js'
import { mayHaveToken } from '../../src/osf/token-hosts.js'
import { BRIEF_MS, PATIENCE_MS } from '../support/patience.js'
import { osfWorld, sha256, TOKEN, type OsfWorld } from './osf-world.js'

const IDS_13 = '2026/11/21/2026-11-21_13_IDs.txt.xz'

/** A server that plays OSF; `seen` has the token of each request that brought one. */
async function strangeOsf(answer: (request: IncomingMessage, response: ServerResponse, url: string) => void) {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization ?? '')
    answer(request, response, url)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    ...{ url, seen },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const publishTo = async (world: OsfWorld, baseUrl: string) =>
  publish([await world.file(IDS_13, 'one')], {
    ...world.context,
    settings: { ...world.context.settings, baseUrl },
  })

const json = (response: ServerResponse, body: unknown) => {
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify(body))
}

test('a list of storages that never ends is given up after ten pages', async () => {
  await using osf = await strangeOsf((request, response, url) => {
    json(response, { data: [], links: { next: `${url}${request.url ?? ''}x` } })
  })
  await using world = await osfWorld()
  const { failed } = await publishTo(world, osf.url)
  expect(failed[0]?.error.message).toContain('in more than 10 pages')
  expect(osf.seen.length).toBeLessThan(20)
})

test('an answer that swells when it is inflated is cut off', async () => {
  const bomb = gzipSync(Buffer.alloc(80 * 2 ** 20))
  await using osf = await strangeOsf((_, response) => {
    response.setHeader('Content-Encoding', 'gzip')
    response.end(bomb)
  })
  await using world = await osfWorld()
  const { failed } = await publishTo(world, osf.url)
  expect(failed[0]?.error.message).toMatch(/answers .* with more than 33554432 bytes/)
})

test('an answer that trickles for ever is given up', async () => {
  await using osf = await strangeOsf((_, response) => {
    const timer = setInterval(() => response.write(' '), 50)
    response.on('close', () => {
      clearInterval(timer)
    })
  })
  // Only the whole exchange is over soon: however slowly the bytes trickle, they never stop.
  const STALL_MS = 120_000
  await using world = await osfWorld([], { socketMs: (ms) => (ms === STALL_MS ? PATIENCE_MS : BRIEF_MS / 10) })
  const { failed } = await publishTo(world, osf.url)
  expect(failed[0]?.error).toMatchObject({ kind: 'temporary', fatal: true })
  expect(failed[0]?.error.message).toContain('came to no end of')
})

test('the token goes to no host that an answer names and that is not OSF', async () => {
  await using stranger = await strangeOsf((_, response) => {
    json(response, { data: [] })
  })
  await using osf = await strangeOsf((_, response) => {
    const upload = stranger.url.replace('127.0.0.1', 'localhost')
    json(response, {
      data: [{ attributes: { provider: 'osfstorage' }, links: { upload: `${upload}/v1/` } }],
      links: { next: null },
    })
  })
  await using world = await osfWorld()
  const { failed } = await publishTo(world, osf.url)
  expect(failed[0]?.error).toMatchObject({ kind: 'refused', fatal: true })
  expect(failed[0]?.error.message).toMatch(/names http:\/\/localhost:\d+ for .*the token was not sent there/)
  expect(osf.seen).toContain(`Bearer ${TOKEN}`)
  expect(stranger.seen).toEqual([])
})

test.each([
  ['https://files.osf.io/v1/', 'https://api.osf.io', true],
  ['https://files.de-1.osf.io/v1/', 'https://api.osf.io', true],
  ['https://api.osf.io/v2/', 'https://api.osf.io', true],
  ['https://files.osf.io:443/', 'https://api.osf.io', true],
  ['https://files.osf.io:8443/', 'https://api.osf.io', false],
  ['https://api.osf.io:22/', 'https://api.osf.io', false],
  ['http://localhost:7777/v1/', 'http://localhost:8000', true],
  ['http://files.osf.io/v1/', 'https://api.osf.io', false],
  ['https://evil-osf.io/', 'https://api.osf.io', false],
  ['https://osf.io.evil.example/', 'https://api.osf.io', false],
  ['https://files.staging.osf.io/', 'https://api.staging.osf.io', true],
  ['https://files.osf.io/', 'https://api.staging.osf.io', false],
  ['http://127.0.0.1:9/v1/', 'http://127.0.0.1:8', true],
  ['http://10.0.0.1/v1/', 'http://127.0.0.1:8', false],
  ['https://a.example/', 'https://api.example', false],
])('may %s have the token of %s: %s', (url, base, may) => {
  expect(mayHaveToken(new URL(url), base)).toBe(may)
})

test.each([403, 407])("a proxy's %i is told as the proxy's, not as OSF's", async (status) => {
  await using osf = await strangeOsf((_, response) => {
    response.statusCode = status
    response.end('<html>Access denied by policy</html>')
  })
  await using world = await osfWorld()
  const { failed } = await publishTo(world, osf.url)
  expect(failed[0]?.error.message).toMatch(
    new RegExp(`^something on the way to .* answered ${status} to .*, not OSF: .*NO_PROXY`),
  )
  expect(failed[0]?.error.message).not.toContain('token_file')
})

/** The simulated OSF behind a storage that is an add-on: without SHA-256, and where `md5` is false without MD5. */
async function addOn(world: OsfWorld, md5: boolean) {
  return strangeOsf((request, response, url) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      void (async () => {
        const { authorization = '', accept = '' } = request.headers
        const body = Buffer.concat(chunks)
        const answer = await fetch(`${world.osf.url}${request.url ?? ''}`, {
          method: request.method ?? 'GET',
          headers: { authorization, accept },
          ...(request.method === 'PUT' && { body }),
        })
        const text = (await answer.text())
          .replaceAll(world.osf.url, url)
          .replaceAll(/"sha256":"[^"]*"/g, '"x":""')
          .replaceAll(/"md5":"[^"]*"/g, md5 ? '$&' : '"y":""')
        response.statusCode = answer.status
        response.setHeader('Content-Type', 'application/json')
        response.end(text)
      })()
    })
  })
}

test('a storage without SHA-256 is compared by MD5 and size, and nothing is sent twice', async () => {
  await using world = await osfWorld()
  await using osf = await addOn(world, true)
  expect(await publishTo(world, osf.url)).toMatchObject({ uploaded: 1, unchanged: 0, failed: [] })
  const asked = { ...world.context, settings: { ...world.context.settings, baseUrl: osf.url } }
  const files = [await world.file(IDS_13, 'one')]
  expect(await publish(files, asked, { asksAnew: true })).toMatchObject({ uploaded: 0, unchanged: 1, failed: [] })
  expect(world.osf.files()).toMatchObject([{ sha256: sha256('one'), version: 1 }])
})

test('a storage without any hash is a fault of the settings, and a file is sent to it once at most', async () => {
  await using world = await osfWorld()
  await using osf = await addOn(world, false)
  for (let run = 0; run < 2; run++) {
    const { failed } = await publishTo(world, osf.url)
    expect(failed[0]?.error).toMatchObject({ kind: 'refused', fatal: true })
    expect(failed[0]?.error.message).toContain('set [osf] storage = osfstorage')
  }
  expect(world.requests().filter((request) => request.startsWith('PUT') && request.includes('13_IDs'))).toHaveLength(1)
})
