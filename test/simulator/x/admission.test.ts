import { expect, test } from 'vitest'
import { connect, eventually, type Reader } from './reader.js'
import { simulated } from './simulated.js'

const bodyOf = async (reader: Reader): Promise<unknown> => {
  await reader.over
  return JSON.parse(reader.rest)
}

test('a wrong token is unauthorized', async () => {
  await using sim = await simulated()
  using reader = await connect(sim.x.url, { token: 'stranger' })
  expect(reader.status).toBe(401)
  expect(await bodyOf(reader)).toMatchObject({ title: 'Unauthorized', type: 'about:blank' })
  expect(sim.x.connects).toMatchObject([{ token: '', status: 401 }])
})

test('a second connection of one token is one too many, until the first is gone', async () => {
  await using sim = await simulated()
  {
    using _first = await connect(sim.x.url)
    using second = await connect(sim.x.url)
    expect(second.status).toBe(429)
    expect(second.headers['x-rate-limit-remaining']).toBe('48')
    expect(await bodyOf(second)).toMatchObject({
      title: 'ConnectionException',
      connection_issue: 'TooManyConnections',
      type: 'https://api.twitter.com/2/problems/streaming-connection',
    })
    using other = await connect(sim.x.url, { token: 'token-2' })
    expect(other.status).toBe(200)
  }
  await eventually(() => sim.x.connections === 0)
  using again = await connect(sim.x.url)
  expect(again.status).toBe(200)
})

test('the connects of fifteen minutes are counted, and told in every answer', async () => {
  await using sim = await simulated({ connectsPerWindow: 2 })
  const wrong = 'backfill_minutes=9'
  using first = await connect(sim.x.url, { query: wrong })
  expect(first.headers).toMatchObject({
    'x-rate-limit-limit': '2',
    'x-rate-limit-remaining': '1',
    'x-rate-limit-reset': String(Date.parse('2026-11-21T13:15:00Z') / 1000),
    date: 'Sat, 21 Nov 2026 13:00:00 GMT',
  })
  using _second = await connect(sim.x.url, { query: wrong })
  using third = await connect(sim.x.url, { query: wrong })
  expect(third.status).toBe(429)
  expect(third.headers['x-rate-limit-remaining']).toBe('0')
  expect(await bodyOf(third)).toMatchObject({ type: 'https://api.twitter.com/2/problems/rate-limit-exceeded' })
  sim.clock.advance(900_000)
  using fourth = await connect(sim.x.url)
  expect(fourth.status).toBe(200)
})

test.each([
  ['backfill_minutes=6', 'backfill_minutes', '6'],
  ['backfill_minutes=one', 'backfill_minutes', 'one'],
  ['tweet.fields=text,colour', 'tweet.fields', 'colour'],
  ['expansions=author', 'expansions', 'author'],
  ['partition=1', 'partition', '1'],
])('%s is an invalid request', async (query, parameter, value) => {
  await using sim = await simulated()
  using reader = await connect(sim.x.url, { query })
  expect(reader.status).toBe(400)
  const body = await bodyOf(reader)
  expect(body).toMatchObject({
    errors: [{ parameters: { [parameter]: [value] } }],
    title: 'Invalid Request',
    detail: 'One or more parameters to your request was invalid.',
    type: 'https://api.twitter.com/2/problems/invalid-request',
  })
})

test.each([
  ['rate-limit', 429, { type: 'about:blank' }],
  ['usage-cap', 429, { title: 'UsageCapExceeded', period: 'Monthly' }],
  ['too-many-connections', 429, { connection_issue: 'TooManyConnections' }],
  ['unauthorized', 401, { title: 'Unauthorized' }],
  ['payment', 402, { title: 'CreditsDepleted' }],
  ['forbidden', 403, { reason: 'client-not-enrolled' }],
  ['unavailable', 503, { title: 'Service Unavailable' }],
])('the fault %s answers one connect with %i and X’s own body', async (kind, status, body) => {
  await using sim = await simulated({ faults: [{ kind, only: 'token-1' }] })
  using other = await connect(sim.x.url, { token: 'token-2' })
  using reader = await connect(sim.x.url)
  expect(other.status).toBe(200)
  expect(reader.status).toBe(status)
  expect(await bodyOf(reader)).toMatchObject(body)
  expect(reader.headers['x-rate-limit-limit']).toBe('50')
  expect(sim.plan.fired).toHaveLength(1)
  using again = await connect(sim.x.url)
  expect(again.status).toBe(200)
})

test('the fault rate-limit says when its window ends', async () => {
  await using sim = await simulated({ faults: [{ kind: 'rate-limit', value: 90 }] })
  using reader = await connect(sim.x.url)
  expect(reader.headers).toMatchObject({
    'x-rate-limit-remaining': '0',
    'x-rate-limit-reset': String(Date.parse('2026-11-21T13:01:30Z') / 1000),
  })
})

test('the fault refuse-connection gives no answer at all', async () => {
  await using sim = await simulated({ faults: [{ kind: 'refuse-connection' }] })
  await expect(connect(sim.x.url)).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(sim.plan.pending).toEqual([])
  expect(sim.x.connects).toMatchObject([{ status: 0, ending: 'refuse-connection' }])
})
