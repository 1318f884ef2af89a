import { expect, test } from 'vitest'
import { connect, eventually } from './reader.js'
import { simulated, startMs } from './simulated.js'

const FIELDS = 'expansions=author_id&tweet.fields=created_at,lang&user.fields=location'

test('every record is one JSON object on a line that ends in CRLF, in a chunked answer', async () => {
  await using sim = await simulated()
  using reader = await connect(sim.x.url, { query: FIELDS })
  expect(reader.headers).toMatchObject({
    'transfer-encoding': 'chunked',
    'content-type': 'application/json; charset=utf-8',
  })
  sim.clock.advance(10_000)
  await eventually(() => reader.ids.length >= 150)
  expect(reader.ids).toHaveLength(reader.lines.length)
  expect(reader.lines.some((line) => line.includes('\n'))).toBe(false)
  expect(reader.rest).toBe('')
})

test('what was written comes out of gzip at once, without waiting for more', async () => {
  await using sim = await simulated()
  using packed = await connect(sim.x.url, { token: 'token-1', query: FIELDS, gzip: true })
  using plain = await connect(sim.x.url, { token: 'token-2', query: FIELDS })
  expect(packed.headers['content-encoding']).toBe('gzip')
  for (let second = 1; second <= 5; second += 1) {
    sim.clock.advance(1000)
    await eventually(() => plain.ids.length >= 12 * second && packed.ids.length === plain.ids.length)
    expect(packed.rest).toBe('')
  }
  expect(packed.lines).toEqual(plain.lines)
})

test('two connections and a later backfill bring the same bytes for the same time', async () => {
  await using sim = await simulated({ redundantConnections: 2 })
  using first = await connect(sim.x.url, { query: FIELDS })
  using second = await connect(sim.x.url, { query: FIELDS })
  sim.clock.advance(120_000)
  await eventually(() => first.ids.length === second.ids.length && first.ids.length > 2300)
  using third = await connect(sim.x.url, { token: 'token-2', query: `${FIELDS}&backfill_minutes=1` })
  await eventually(() => third.ids.length > 1100)
  sim.clock.advance(1000)
  const last = () => first.lines.at(-1)
  await eventually(() => first.ids.length > 2400 && last() === second.lines.at(-1) && last() === third.lines.at(-1))
  expect(second.lines).toEqual(first.lines)
  expect(first.lines.slice(-third.lines.length)).toEqual(third.lines)
  expect(third.lines.length).toBeLessThan(1400)
})

test('all tweets of a time have been sent a minute later, each once, and the truth names exactly those', async () => {
  await using sim = await simulated({ rate: 50 })
  using reader = await connect(sim.x.url)
  sim.clock.advance(91_000)
  const made = [...sim.x.idsMadeBetween(startMs, startMs + 30_000)]
  expect(made).toHaveLength(1500)
  const missing = new Set(made)
  await eventually(() => {
    for (const id of reader.ids) missing.delete(id)
    return missing.size === 0
  })
  expect(new Set(reader.ids).size).toBe(reader.ids.length)
  expect(sim.x.sentIds('token-1').slice(0, reader.ids.length)).toEqual(reader.ids)
  const answer = await fetch(`${sim.x.url}/_simulator/truth?from=2026-11-21T13:00:00Z&to=2026-11-21T13:00:30Z`)
  expect((await answer.text()).trimEnd().split('\n')).toEqual(made)
})

test('a payload has the fields and expansions asked for, and no others', async () => {
  await using sim = await simulated()
  using plain = await connect(sim.x.url, { token: 'token-1' })
  using wide = await connect(sim.x.url, { token: 'token-2', query: FIELDS })
  sim.clock.advance(3000)
  await eventually(() => plain.lines.length > 30 && wide.lines.length > 30)
  for (const line of plain.lines) {
    const payload = JSON.parse(line) as { data: object }
    expect(Object.keys(payload)).toEqual(['data'])
    expect(Object.keys(payload.data).sort()).toEqual(['edit_history_tweet_ids', 'id', 'text'])
  }
  const keys = wide.lines.map((line) => Object.keys((JSON.parse(line) as { data: object }).data).sort())
  expect(keys[0]).toEqual(['author_id', 'created_at', 'edit_history_tweet_ids', 'id', 'lang', 'text'])
  expect(JSON.parse(wide.lines[0] ?? '')).toHaveProperty('includes.users.0.username')
})

test('an idle stream has a keep-alive every twenty seconds, and nothing else', async () => {
  await using sim = await simulated({ replay: [] })
  using reader = await connect(sim.x.url)
  for (let second = 1; second <= 45; second += 1) {
    sim.clock.advance(1000)
    await eventually(() => sim.clock.sleeping === 1)
    await eventually(() => reader.keepAlives === Math.floor(second / 20))
  }
  expect(reader.lines).toEqual([])
})

test('a recording is streamed as it is, so many lines a second, to everyone from the same beginning', async () => {
  const replay = ['{"data":{"id":"2124127441122234369"}}', 'no payload', '{"data":{"id":"2124127441122234370"}, "x":1}']
  await using sim = await simulated({ replay, rate: 2 })
  using reader = await connect(sim.x.url)
  sim.clock.advance(1000)
  await eventually(() => reader.lines.length === 2)
  sim.clock.advance(5000)
  await eventually(() => reader.lines.length === 3)
  using late = await connect(sim.x.url, { token: 'token-2', query: 'backfill_minutes=1' })
  await eventually(() => late.lines.length === 3)
  expect(late.lines).toEqual(replay)
  const made = Date.parse('2026-11-21T13:07:01Z')
  expect([...sim.x.idsMadeBetween(made, made + 1000)]).toEqual(['2124127441122234369', '2124127441122234370'])
})

test('one who reads too slowly is cut off', async () => {
  await using sim = await simulated({ rate: 5000, slowReaderBytes: 200_000 })
  using _reader = await connect(sim.x.url, { query: FIELDS, paused: true })
  await eventually(() => {
    if (sim.clock.sleeping === 1) sim.clock.advance(1000)
    return sim.x.connections === 0
  })
  expect(sim.x.connects[0]?.ending).toBe('slow-reader')
})

test('whoever asks learns who was connected, and which faults have fired', async () => {
  await using sim = await simulated({ faults: [{ kind: 'stall', after: 1e9 }] })
  {
    using _reader = await connect(sim.x.url, { query: 'backfill_minutes=2' })
    sim.clock.advance(5000)
  }
  await eventually(() => sim.x.connections === 0)
  const connections: unknown = await (await fetch(`${sim.x.url}/_simulator/connections`)).json()
  expect(connections).toMatchObject([
    {
      token: 'token-1',
      query: 'backfill_minutes=2',
      status: 200,
      from: '2026-11-21T13:00:00.000Z',
      until: '2026-11-21T13:00:05.000Z',
      ending: 'client-gone',
    },
  ])
  const faults: unknown = await (await fetch(`${sim.x.url}/_simulator/faults`)).json()
  expect(faults).toEqual({ fired: [], pending: [{ service: 'x', kind: 'stall', after: 1e9 }] })
  expect((await fetch(`${sim.x.url}/_simulator/truth?from=yesterday`)).status).toBe(400)
  expect((await fetch(`${sim.x.url}/2/users/me`)).status).toBe(404)
})

test('tokens come into no log', async () => {
  await using sim = await simulated()
  {
    using _reader = await connect(sim.x.url)
  }
  await eventually(() => sim.log.events.length === 2)
  expect(sim.log.text()).not.toContain('token-1')
})

test('a rate out of bounds is refused in one line', async () => {
  await expect(simulated({ rate: 20_001 })).rejects.toThrow(
    'the rate is 20001: it must be a whole number from 1 to 20000',
  )
})
