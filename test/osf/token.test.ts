import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { publish, type Published } from '../../src/osf/publish.js'
import { BRIEF_MS } from '../support/patience.js'
import { osfWorld, TOKEN, type OsfWorld } from './osf-world.js'

const IDS_13 = '2026/11/21/2026-11-21_13_IDs.txt.xz'

/** All that an error may end up as: in a log, in a mail, in a crash report. */
function everyForm({ failed }: Published, { log }: OsfWorld): string {
  const errors = failed.map(({ error }) => error)
  const forms = errors.flatMap((error) => [
    error.message,
    error.stack,
    String(error.cause),
    JSON.stringify(error),
    JSON.stringify(error, Object.getOwnPropertyNames(error)),
    inspect(error, { depth: Infinity, showHidden: true, getters: true }),
  ])
  for (const err of errors) log.error({ err }, err.message)
  return [...forms, log.text()].join('\n')
}

const faults = [
  ...[301, 400, 401, 403, 404, 409, 410, 411, 413, 429, 500, 502, 503, 504, 507].map((value) => ({
    kind: 'status',
    value,
    times: 99,
  })),
  { kind: 'reset', value: 65_536, times: 99 },
  { kind: 'stored-without-answer', times: 1 },
  { kind: 'wrong-hash', times: 99 },
]

test.each(faults)('the token shows in nothing that comes of $kind $value', async (fault) => {
  await using world = await osfWorld([{ ...fault, only: '13_IDs' }], { socketMs: BRIEF_MS })
  const published = await publish([await world.file(IDS_13, 'one'.repeat(100_000))], world.context)
  expect(world.plan.fired.length).toBeGreaterThan(0)
  expect(everyForm(published, world)).not.toContain(TOKEN)
})

test('nor of an OSF that is out of reach', async () => {
  await using world = await osfWorld()
  await world.osf[Symbol.asyncDispose]()
  const published = await publish([await world.file(IDS_13, 'one')], world.context)
  expect(published.failed).toHaveLength(1)
  expect(everyForm(published, world)).not.toContain(TOKEN)
})

test.each([403, 500, 200])('nor of a server that answers %i and shows what it was sent', async (status) => {
  const seen: string[] = []
  const server = createServer(({ headers }, response) => {
    seen.push(headers.authorization ?? '')
    response.statusCode = status
    response.end(JSON.stringify({ message: `refused: ${JSON.stringify(headers)}` }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await using world = await osfWorld()
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const context = { ...world.context, settings: { ...world.context.settings, baseUrl } }
  const published = await publish([await world.file(IDS_13, 'one')], context)
  server.closeAllConnections()
  server.close()
  expect(seen[0]).toBe(`Bearer ${TOKEN}`)
  expect(published.failed).toHaveLength(1)
  if (status !== 200) expect(published.failed[0]?.error.message).toContain('refused')
  expect(everyForm(published, world)).not.toContain(TOKEN)
})
