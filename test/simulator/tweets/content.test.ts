import { expect, test } from 'vitest'
import { snowflakeMs } from '../../../src/tweet/snowflake.js'
import { full, lean, linesOf, payloadsOf, SECOND, type Payload } from './sampled.js'

const payloads = payloadsOf(7, 6000, full)
const share = (has: (payload: Payload) => unknown) => payloads.filter(has).length / payloads.length
const refers = (type: string) => (payload: Payload) =>
  payload.data.referenced_tweets?.some((reference) => reference.type === type)

test('there are retweets, quotes, replies and replies that quote, in the shares of a real stream', () => {
  expect(share(refers('retweeted'))).toBeCloseTo(0.45, 1)
  expect(share(refers('replied_to'))).toBeCloseTo(0.2, 1)
  expect(share(refers('quoted'))).toBeCloseTo(0.08, 1)
  expect(share((payload) => refers('quoted')(payload) && refers('replied_to')(payload))).toBeGreaterThan(0.005)
})

test('a retweet begins with RT and is cut with an ellipsis; the included tweet has the whole text', () => {
  const retweets = payloads.filter((payload) => refers('retweeted')(payload) && !payload.data.withheld)
  for (const { data } of retweets) expect(data.text).toMatch(/^RT @\w+: /)
  const cut = retweets.filter(({ data }) => data.text.endsWith('…') && data.text.length >= 139)
  const whole = cut.map(({ data, includes }) =>
    includes?.tweets?.find(({ id }) => id === data.referenced_tweets?.[0]?.id),
  )
  expect(cut.length).toBeGreaterThan(50)
  expect(whole.filter((tweet) => tweet && tweet.text.length > 100).length).toBeGreaterThan(cut.length * 0.9)
})

test('a long post is cut in text and whole in note_tweet', () => {
  const long = payloads.filter(({ data }) => data.note_tweet)
  expect(long.length).toBeGreaterThan(20)
  for (const { data } of long) expect(data.text.length).toBeLessThanOrEqual(300)
  expect(long.some(({ data }) => (data.note_tweet?.text.length ?? 0) > 500)).toBe(true)
})

test.each([
  ['Japanese', /[ぁ-ん]/],
  ['Arabic with vowel marks', /[ء-ي][\u064b-\u0652]/],
  ['Cyrillic', /[а-я]/],
  ['Korean', /[가-힣]/],
  ['Thai', /[ก-๛]/],
  ['Devanagari', /[अ-ह]/],
  ['Hebrew', /[א-ת]/],
  ['combining accents', /[a-zA-Z][\u0300-\u036f]/],
  ['emoji joined by ZWJ', /\u{1f469}\u200d\u{1f469}/u],
  ['flags', /[\u{1f1e6}-\u{1f1ff}]{2}/u],
  ['characters beyond the basic plane that are no emoji', /\u{20bb7}/u],
  ['line breaks', /\n/],
  ['carriage returns', /\r/],
  ['tabs', /\t/],
  ['line separators', /\u2028/],
  ['quotes', /"/],
  ['commas', /,/],
])('texts have %s', (_what, pattern) => {
  expect(payloads.some(({ data }) => pattern.test(data.text))).toBe(true)
})

test.each([['"'], [','], ['\n'], ['\t'], [';']])('names or locations have %j', (character) => {
  const users = payloads.flatMap(({ includes }) => includes?.users ?? [])
  expect(users.some(({ name, location }) => `${name ?? ''}|${location ?? ''}`.includes(character))).toBe(true)
})

test('the rare forms come up: withheld, edited, partial errors, no author, empty geo', () => {
  const many = [...payloads, ...payloadsOf(8, 6000, full)]
  const some = (has: (payload: Payload) => unknown) => many.filter(has).length
  expect(some(({ data }) => data.withheld)).toBeGreaterThan(0)
  expect(some(({ data }) => data.edit_history_tweet_ids.length === 2)).toBeGreaterThan(0)
  expect(some(({ errors }) => errors?.some(({ title }) => title === 'Forbidden'))).toBeGreaterThan(0)
  expect(some(({ errors }) => errors?.some(({ title }) => title === 'Authorization Error'))).toBeGreaterThan(0)
  expect(some(({ data, includes }) => !includes?.users?.some(({ id }) => id === data.author_id))).toBeGreaterThan(0)
  expect(some(({ data }) => data.geo && Object.keys(data.geo).length === 0)).toBeGreaterThan(0)
  expect(some(({ includes }) => includes?.media && includes.places)).toBeGreaterThan(0)
  expect(some(({ includes }) => includes?.polls)).toBeGreaterThan(0)
})

test('an edited tweet names its older version first, and its own ID last', () => {
  const edited = payloads.filter(({ data }) => data.edit_history_tweet_ids.length === 2)
  for (const { data } of edited) {
    expect(data.edit_history_tweet_ids[1]).toBe(data.id)
    expect(snowflakeMs(data.edit_history_tweet_ids[0] ?? '')).toBeLessThan(snowflakeMs(data.id) ?? 0)
  }
})

test('created_at is the second in the ID', () => {
  for (const { data } of payloads)
    expect(Date.parse(data.created_at)).toBe(Math.floor((snowflakeMs(data.id) ?? 0) / 1000) * 1000)
})

test('a few authors write much, many write once, and what is told of them changes with time', () => {
  const tweets = new Map<string, number>()
  for (const { data } of payloads) tweets.set(data.author_id, (tweets.get(data.author_id) ?? 0) + 1)
  const counts = [...tweets.values()].sort((a, b) => b - a)
  expect(counts[0]).toBeGreaterThan(10)
  expect(counts[0]).toBeLessThan(payloads.length / 20)
  expect(counts.filter((count) => count === 1).length).toBeGreaterThan(1000)
  const [busiest] = [...tweets].find(([, count]) => count === counts[0]) ?? []
  const seen = (all: Payload[]) =>
    all.flatMap(({ includes }) => includes?.users ?? []).find(({ id }) => id === busiest)?.public_metrics.tweet_count
  const later = seen(payloadsOf(7, 6000, full, SECOND + 30 * 86_400))
  expect(later).toBeGreaterThan(seen(payloads) ?? Infinity)
})

test('one ID is one author, and one name is one author', () => {
  const names = new Map<string, string>()
  const users = payloads.flatMap(({ includes }) => includes?.users ?? [])
  for (const { id, username } of users) expect(names.get(id) ?? username).toBe((names.set(id, username), username))
  expect(new Set(names.values()).size).toBe(names.size)
})

test('entities stand at their places, counted in code points', () => {
  let checked = 0
  for (const { data } of payloads)
    for (const { start, end, tag, username } of [
      ...(data.entities?.hashtags ?? []),
      ...(data.entities?.mentions ?? []),
    ]) {
      const there = Array.from(data.text).slice(start, end).join('')
      expect(there).toBe(tag === undefined ? `@${username ?? ''}` : `#${tag}`)
      checked += 1
    }
  expect(checked).toBeGreaterThan(2000)
})

test('payloads are as large as real ones', () => {
  const mean = (lines: string[]) => lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / lines.length
  expect(mean(linesOf(7, 3000, lean))).toBeGreaterThan(600)
  expect(mean(linesOf(7, 3000, lean))).toBeLessThan(850)
  expect(mean(linesOf(7, 3000, full))).toBeGreaterThan(2900)
  expect(mean(linesOf(7, 3000, full))).toBeLessThan(4600)
})
