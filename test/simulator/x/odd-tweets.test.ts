import { expect, test } from 'vitest'
import { snowflakeMs } from '../../../src/tweet/snowflake.js'
import { connect, eventually } from './reader.js'
import { simulated, startMs } from './simulated.js'

const EXPANDED = 'expansions=author_id&tweet.fields=lang'
const RATE = 400
const iso = (ms: number) => new Date(ms).toISOString()
const idOf = (line: string) => (JSON.parse(line) as { data: { id: string } }).data.id
const oddOf = (lines: readonly string[]) => lines.filter((line) => /:null|\\ud83d"/.test(line)).map(idOf)

test('tweets are odd from a fault’s moment on and for its time, by backfill too, and are looked up as they were sent', async () => {
  const faults = [{ kind: 'nulls', at: iso(startMs + 2000), value: 5 }]
  await using sim = await simulated({ faults, rate: RATE })
  using reader = await connect(sim.x.url, { query: EXPANDED })
  sim.clock.advance(12_000)
  await eventually(() => reader.ids.length > 10 * RATE)
  using late = await connect(sim.x.url, { token: 'token-2', query: `${EXPANDED}&backfill_minutes=1` })
  await eventually(() => late.ids.includes(reader.ids.at(-1) ?? ''))
  const odd = oddOf(reader.lines)
  expect(odd.length).toBeGreaterThan(0)
  expect(oddOf(late.lines)).toEqual(odd)
  for (const id of odd) {
    expect(snowflakeMs(id)).toBeGreaterThanOrEqual(startMs + 2000)
    expect(snowflakeMs(id)).toBeLessThan(startMs + 7000)
  }
  const told = (await (await fetch(`${sim.x.url}/_simulator/faults`)).json()) as { fired: { fault: object }[] }
  expect(told.fired.map(({ fault }) => fault)).toEqual([{ ...faults[0], service: 'x' }])
  const answer = await fetch(`${sim.x.url}/2/tweets?ids=${odd.join()}&${EXPANDED}`, {
    headers: { authorization: 'Bearer token-1' },
  })
  const { data } = (await answer.json()) as { data: { lang: unknown }[] }
  expect(data.map(({ lang }) => lang)).toEqual(odd.map(() => null))
})

test('a fault without a moment is there from the first tweet; one with `only` is for that client alone', async () => {
  const faults = [{ kind: 'nulls' }, { kind: 'lone-surrogates', only: 'token-2' }]
  await using sim = await simulated({ faults, rate: RATE })
  using first = await connect(sim.x.url, { query: EXPANDED })
  using second = await connect(sim.x.url, { token: 'token-2', query: EXPANDED })
  sim.clock.advance(5000)
  await eventually(() => first.ids.length > 4 * RATE && second.ids.length === first.ids.length)
  expect(first.lines.some((line) => line.includes('"lang":null'))).toBe(true)
  expect(first.lines.some((line) => line.includes(String.raw`\ud83d`))).toBe(false)
  expect(second.lines.some((line) => line.includes(String.raw`\ud83d`))).toBe(true)
  expect(sim.plan.pending).toEqual([])
})

test('a replay is never odd, and the fault stays pending', async () => {
  const replay = [JSON.stringify({ data: { id: '1', text: 'as recorded' } })]
  await using sim = await simulated({ faults: [{ kind: 'nulls' }], rate: 1, replay })
  using reader = await connect(sim.x.url)
  sim.clock.advance(3000)
  await eventually(() => reader.ids.length === 1)
  expect(reader.lines).toEqual(replay)
  expect(sim.plan.pending).toHaveLength(1)
})
