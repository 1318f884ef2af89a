import { describe, expect, test } from 'vitest'
import { refusal } from '../../src/x-api/answer.js'

const NOW = Date.parse('2026-11-21T13:00:00Z')
const ASKED = { host: 'api.x.com', backfillMinutes: 0, nowMs: NOW }

const answer = (status: number, body: object | string = '', headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

const tooMany = {
  title: 'ConnectionException',
  detail: 'This stream is currently at the maximum allowed connection limit.',
  connection_issue: 'TooManyConnections',
  type: 'https://api.twitter.com/2/problems/streaming-connection',
}
const usageCap = {
  account_id: '1',
  product_name: 'standard-basic',
  title: 'UsageCapExceeded',
  period: 'Monthly',
  scope: 'Product',
  detail: 'Usage cap exceeded: Monthly product cap',
  type: 'https://api.twitter.com/2/problems/usage-capped',
}
const rateLimited = { title: 'Too Many Requests', detail: 'Too Many Requests', type: 'about:blank', status: 429 }

describe('the three meanings of 429 are told apart by the body, whatever the headers say', () => {
  const headers = { 'x-rate-limit-limit': '50', 'x-rate-limit-remaining': '48' }
  test.each([
    ['too-many-connections', tooMany],
    [
      'too-many-connections',
      { ...tooMany, connection_issue: undefined, type: 'https://api.x.com/2/problems/streaming-connection' },
    ],
    ['usage-cap', usageCap],
    ['usage-cap', { type: 'https://api.x.com/2/problems/usage-capped' }],
    ['rate-limit', rateLimited],
    ['rate-limit', { errors: [{ code: 88, message: 'Rate limit exceeded' }] }],
    ['rate-limit', '<html>429</html>'],
    ['rate-limit', ''],
  ] as const)('%s: %j', (fault, body) => {
    expect(refusal(answer(429, body, headers), ASKED).fault).toBe(fault)
  })
})

test.each([
  [401, { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' }, 'unauthorized'],
  [402, { title: 'CreditsDepleted', type: 'https://api.twitter.com/2/problems/credits' }, 'credits'],
  [403, { title: 'Client Forbidden', type: 'https://api.twitter.com/2/problems/client-forbidden' }, 'forbidden'],
  [400, { title: 'Invalid Request' }, 'http'],
  [404, '', 'http'],
  [302, '', 'http'],
  [500, '', 'http'],
  [503, '{"title":"Service Unavailable"}', 'http'],
  [503, '{"title":', 'http'],
  [503, 'null', 'http'],
  [503, '[1]', 'http'],
] as const)('%i %j is taken for %s', (status, body, fault) => {
  const error = refusal(answer(status, body), ASKED)
  expect(error).toMatchObject({ fault, status })
})

test.each([400, 403])('%i to a request with backfill may be for the backfill', (status) => {
  expect(refusal(answer(status), { ...ASKED, backfillMinutes: 2 }).fault).toBe('backfill')
})

test('the message names the host, what X said, and the next step', () => {
  expect(refusal(answer(401, { title: 'Unauthorized', detail: 'Unauthorized' }), ASKED).message).toBe(
    'api.x.com refused the stream (401 Unauthorized, Unauthorized: Unauthorized): check [x] bearer_token_file; trying again every 15 minutes',
  )
  expect(refusal(answer(429, tooMany), ASKED).message).toContain('(429 Too Many Requests, ConnectionException: This')
})

test('a page of HTML or an endless text stays out of the message', () => {
  expect(refusal(answer(502, '<html>'.repeat(1000)), ASKED).message).toBe(
    'api.x.com refused the stream (502 Bad Gateway): trying again',
  )
  expect(refusal(answer(500, { detail: 'x'.repeat(9999) }), ASKED).message.length).toBeLessThan(400)
})

describe('how long X asks to wait', () => {
  const asked = (status: number, body: object | string, headers: Record<string, string>) =>
    refusal(answer(status, body, headers), ASKED).askedMs
  const inTenMinutes = { 'x-rate-limit-reset': String(NOW / 1000 + 600) }

  test('retry-after, in seconds or as a date', () => {
    expect(asked(503, '', { 'retry-after': '30' })).toBe(30_000)
    expect(asked(503, '', { 'retry-after': 'Sat, 21 Nov 2026 13:01:30 GMT' })).toBe(90_000)
  })
  test('the reset of the rate limit, for the rate limit alone', () => {
    expect(asked(429, rateLimited, inTenMinutes)).toBe(600_000)
    expect(asked(429, tooMany, inTenMinutes)).toBe(0)
    expect(asked(503, '', inTenMinutes)).toBe(0)
  })
  test('nothing where there is nothing, nonsense or the past', () => {
    expect(asked(429, rateLimited, {})).toBe(0)
    expect(asked(429, rateLimited, { 'x-rate-limit-reset': '12', 'retry-after': 'soon' })).toBe(0)
    expect(asked(503, '', { 'retry-after': 'Sat, 21 Nov 2026 12:00:00 GMT' })).toBe(0)
  })
})
