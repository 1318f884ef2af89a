import { expect, test } from 'vitest'
import { streamFaultKinds } from '../../../src/simulator/x/faults.js'
import { connect, eventually } from './reader.js'
import { simulated } from './simulated.js'

const AFTER = 40

test.each([true, false])('a cut between lines leaves whole lines only (gzip: %s)', async (gzip) => {
  await using sim = await simulated({ faults: [{ kind: 'cut-between-lines', after: AFTER }] })
  using reader = await connect(sim.x.url, { gzip })
  sim.clock.advance(10_000)
  expect(await reader.over).toBe('ECONNRESET')
  expect(reader.ids).toEqual(sim.x.sentIds('token-1'))
  expect(reader.ids).toHaveLength(AFTER)
  expect(reader.rest).toBe('')
  expect(sim.plan.pending).toEqual([])
})

test.each([true, false])('a cut inside a line leaves half of it (gzip: %s)', async (gzip) => {
  await using sim = await simulated({ faults: [{ kind: 'cut-mid-line', after: AFTER }] })
  using reader = await connect(sim.x.url, { gzip })
  sim.clock.advance(10_000)
  expect(await reader.over).toBe('ECONNRESET')
  expect(reader.ids).toHaveLength(AFTER)
  expect(reader.rest).toMatch(/^\{"data":./)
  expect(() => JSON.parse(reader.rest) as unknown).toThrow()
  expect(sim.plan.pending).toEqual([])
})

test('what a cut has lost comes again by backfill, and without it does not', async () => {
  const cut = { kind: 'cut-mid-line', after: AFTER }
  await using sim = await simulated({
    faults: [
      { ...cut, only: 'token-1' },
      { ...cut, only: 'token-2' },
    ],
  })
  for (const token of ['token-1', 'token-2']) {
    using reader = await connect(sim.x.url, { token })
    sim.clock.advance(10_000)
    await reader.over
  }
  using filled = await connect(sim.x.url, { token: 'token-1', query: 'backfill_minutes=1' })
  using bare = await connect(sim.x.url, { token: 'token-2' })
  sim.clock.advance(10_000)
  await eventually(() => bare.ids.length > 150 && filled.ids.at(-1) === bare.ids.at(-1))
  const [first, second] = ['token-1', 'token-2'].map((token) => new Set(sim.x.sentIds(token)))
  const lost = filled.ids.filter((id) => first?.has(id) && !second?.has(id))
  expect(lost.length).toBeGreaterThan(100)
  expect(sim.plan.fired).toHaveLength(2)
})

test('a stall is silent for its time, and then sends what was due', async () => {
  await using sim = await simulated({ faults: [{ kind: 'stall', after: AFTER, value: 60, only: 'token-1' }] })
  using other = await connect(sim.x.url, { token: 'token-2' })
  using reader = await connect(sim.x.url)
  sim.clock.advance(10_000)
  await eventually(() => sim.plan.fired.length === 1 && reader.ids.length === AFTER)
  sim.clock.advance(59_000)
  await eventually(() => other.ids.length > 1100)
  expect(reader.ids).toHaveLength(AFTER)
  expect(reader.keepAlives).toBe(0)
  sim.clock.advance(1000)
  await eventually(() => other.ids.length > 1300 && reader.ids.at(-1) === other.ids.at(-1))
  expect(reader.ids).toEqual(other.ids)
})

test('a quiet stream has keep-alives but no tweets, and does not make up for them', async () => {
  await using sim = await simulated({ faults: [{ kind: 'quiet', after: AFTER, value: 60, only: 'token-1' }] })
  using other = await connect(sim.x.url, { token: 'token-2' })
  using reader = await connect(sim.x.url)
  for (let second = 1; second <= 70; second += 1) {
    sim.clock.advance(1000)
    await eventually(() => sim.clock.sleeping === 2)
  }
  await eventually(() => other.ids.length > 1300 && reader.ids.at(-1) === other.ids.at(-1))
  expect(reader.keepAlives).toBe(3)
  expect(reader.ids.length).toBeLessThan(300)
  expect(sim.plan.fired).toHaveLength(1)
})

test.each([
  ['operational-disconnect', 'OperationalDisconnect', 'https://api.twitter.com/2/problems/operational-disconnect'],
  [
    'upstream-operational-disconnect',
    'UpstreamOperationalDisconnect',
    'https://api.x.com/2/problems/operational-disconnect',
  ],
])('%s says so in X’s words and ends the stream', async (kind, disconnect_type, type) => {
  await using sim = await simulated({ faults: [{ kind, after: AFTER }] })
  using reader = await connect(sim.x.url)
  sim.clock.advance(10_000)
  expect(await reader.over).toBe('complete')
  expect(reader.ids).toHaveLength(AFTER)
  const message: unknown = JSON.parse(reader.lines.at(-1) ?? '')
  expect(message).toMatchObject({ errors: [{ title: 'operational-disconnect', disconnect_type, type }] })
  await eventually(() => sim.x.connects[0]?.ending === kind)
})

test('a clean end ends the answer as if it were complete', async () => {
  await using sim = await simulated({ faults: [{ kind: 'clean-end', after: AFTER }] })
  using reader = await connect(sim.x.url, { gzip: true })
  sim.clock.advance(10_000)
  expect(await reader.over).toBe('complete')
  expect(reader.ids).toHaveLength(AFTER)
  expect(sim.plan.pending).toEqual([])
})

test('an unknown message and a line that is no JSON stand among the tweets, and the stream goes on', async () => {
  await using sim = await simulated({
    faults: [
      { kind: 'unknown-message', after: AFTER },
      { kind: 'garbage-line', after: 2 * AFTER },
    ],
  })
  using reader = await connect(sim.x.url)
  sim.clock.advance(10_000)
  await eventually(() => reader.ids.length > 150)
  const unknown: unknown = JSON.parse(reader.lines[AFTER] ?? '')
  expect(unknown).not.toHaveProperty('data')
  expect(() => JSON.parse(reader.lines[2 * AFTER + 1] ?? '') as unknown).toThrow()
  expect(reader.ids).toEqual(sim.x.sentIds('token-1'))
})

test('a fault of a certain moment happens also where no tweet is due', async () => {
  await using sim = await simulated({ replay: [], faults: [{ kind: 'clean-end', at: '2026-11-21T13:00:30Z' }] })
  using reader = await connect(sim.x.url)
  sim.clock.advance(40_000)
  expect(await reader.over).toBe('complete')
  expect(sim.plan.fired).toMatchObject([{ fault: { kind: 'clean-end' } }])
})

test.each(streamFaultKinds)('the fault %s fires on the token that it is meant for, and on no other', async (kind) => {
  await using sim = await simulated({ faults: [{ kind, after: AFTER, only: 'token-2' }] })
  using spared = await connect(sim.x.url, { token: 'token-1' })
  using _struck = await connect(sim.x.url, { token: 'token-2' })
  sim.clock.advance(10_000)
  await eventually(() => spared.ids.length > 150 && sim.plan.fired.length === 1)
  expect(sim.plan.pending).toEqual([])
  expect(sim.x.connects[0]?.untilMs).toBeUndefined()
})
