import { expect, test } from 'vitest'
import { sampleHeaders, sampleUrl } from '../../src/x-api/sample-request.js'

const lean = { baseUrl: 'https://api.x.com', fields: 'lean' } as const

test('lean asks for what the columns need, and for long posts whole', () => {
  const url = sampleUrl(lean, 0)
  expect(url.origin + url.pathname).toBe('https://api.x.com/2/tweets/sample/stream')
  expect(Object.fromEntries(url.searchParams)).toEqual({
    expansions: 'author_id',
    'tweet.fields':
      'author_id,conversation_id,created_at,id,lang,note_tweet,public_metrics,referenced_tweets,source,text',
    'user.fields': 'created_at,id,location,name,protected,public_metrics,username,verified',
  })
})

test('full asks for all that twarc asks for, and for long posts whole', () => {
  const asked = sampleUrl({ ...lean, fields: 'full' }, 0).searchParams
  expect([...asked.keys()]).toEqual([
    'expansions',
    'tweet.fields',
    'user.fields',
    'media.fields',
    'poll.fields',
    'place.fields',
  ])
  expect(asked.get('expansions')?.split(',')).toHaveLength(9)
  expect(asked.get('tweet.fields')).toContain('note_tweet')
})

test('backfill is asked for only where there is something to fill', () => {
  expect(sampleUrl(lean, 0).searchParams.has('backfill_minutes')).toBe(false)
  expect(sampleUrl(lean, 3).searchParams.get('backfill_minutes')).toBe('3')
})

test('a base URL may have a path and end in a slash', () => {
  expect(sampleUrl({ ...lean, baseUrl: 'http://127.0.0.1:8080/x/' }, 0).pathname).toBe('/x/2/tweets/sample/stream')
})

test('the client names itself with its version and asks for gzip', () => {
  expect(sampleHeaders('t', '1.2.3')).toEqual({
    authorization: 'Bearer t',
    'user-agent': 'sampled-stream-collector/1.2.3',
    'accept-encoding': 'gzip',
  })
})
