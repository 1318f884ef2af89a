import { expect, test } from 'vitest'
import { alwaysOdd, oddAlways } from '../../../src/simulator/tweets/oddities.js'
import { full, linesOf, SECOND, type Payload } from './sampled.js'

const SEEDS = [1, 2, 7, 42]
const [SEED, COUNT] = [7, 2500]
const parse = (line: string) => JSON.parse(line) as Payload

/** Whether something like this stands anywhere in a value. */
const has = (value: unknown, isIt: (value: unknown) => boolean): boolean =>
  isIt(value) || (typeof value === 'object' && value !== null && Object.values(value).some((part) => has(part, isIt)))

/** twarc's flatten dies at it. */
const isNull = (value: unknown) => value === null
const isHalved = (value: unknown) => typeof value === 'string' && !value.isWellFormed()
const isEmptyList = (value: unknown) =>
  has((value as { contained_within?: unknown } | null | undefined)?.contained_within, Array.isArray)

test(`the usual stream has no null, no half of a surrogate pair and no empty contained_within (seeds ${SEEDS.join()})`, () => {
  const usual = SEEDS.flatMap((seed) => linesOf(seed, 1300, full))
  expect(usual.length).toBeGreaterThan(5000)
  for (const line of usual)
    for (const isIt of [isNull, isHalved, isEmptyList]) expect(has(parse(line), isIt), line).toBe(false)
})

test.each([
  ['nulls', ['data', 'includes'], isNull],
  ['lone-surrogates', ['data', 'includes'], isHalved],
  ['empty-contained-within', ['includes'], isEmptyList],
] as const)('with %s some tweets have it, in %j, and no other oddity', (oddity, parts, isIt) => {
  const payloads = linesOf(SEED, COUNT, full, SECOND, oddAlways(oddity)).map(parse)
  for (const part of parts) {
    const odd = payloads.filter((payload) => has(payload[part], isIt))
    expect(odd.length).toBeGreaterThan(2)
    expect(odd.length).toBeLessThan(COUNT / 20)
  }
  const others = [isNull, isHalved, isEmptyList].filter((other) => other !== isIt)
  for (const other of others) expect(payloads.some((payload) => has(payload, other))).toBe(false)
})

test('an odd stream has the same tweets at the same times', () => {
  const odd = linesOf(SEED, COUNT, full, SECOND, alwaysOdd).map(parse)
  const times = (payloads: readonly Payload[]) => payloads.map(({ data }) => `${data.id} ${data.created_at}`)
  expect(times(odd)).toEqual(times(linesOf(SEED, COUNT, full).map(parse)))
  expect(odd.some(({ data }) => data.referenced_tweets === null)).toBe(true)
})
