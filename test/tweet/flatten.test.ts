import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rowColumns } from '../../src/tweet/columns.js'
import { cellsOf, reasonOf, flatten } from './flat.js'

const ID = '2124127441122234369'
const tweet = (members: object, rest: object = {}) =>
  JSON.stringify({ data: { id: ID, text: 'hello', ...members }, ...rest })

describe('a line that is no tweet is rejected with its reason', () => {
  test.each([
    ['', 'not valid JSON'],
    ['{"data": {"author_id": "1021159080151404544"', 'not valid JSON'],
    [`${tweet({})} {}`, 'not valid JSON'],
    ['\0\0\0', 'not valid JSON'],
    [`\ufeff${tweet({})}`, 'not valid JSON'],
    ['[]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['"text"', 'not a JSON object'],
    ['{"errors":[{"title":"operational-disconnect"}]}', 'no tweet: neither data nor id'],
    ['{"data":[{"id":"1"}]}', 'no tweet: data is no object'],
    ['{"data":null}', 'no tweet: data is no object'],
    ['{"data":{}}', 'no id'],
    ['{"data":{"id":null}}', 'no id'],
    ['{"data":{"id":2124127441122234369}}', 'the id is a number, which may have lost digits'],
    ['{"id":7}', 'the id is a number, which may have lost digits'],
    ['{"data":{"id":""}}', 'the id is not a text of 1 to 19 digits'],
    ['{"data":{"id":"12345678901234567890"}}', 'the id is not a text of 1 to 19 digits'],
    ['{"data":{"id":"-1"}}', 'the id is not a text of 1 to 19 digits'],
    ['{"data":{"id":"1\\n"}}', 'the id is not a text of 1 to 19 digits'],
    ['{"data":{"id":{}}}', 'the id is not a text of 1 to 19 digits'],
  ])('%j: %s', (line, reason) => {
    expect(reasonOf(line)).toBe(reason)
  })

  test('a byte that is no UTF-8 spoils its whole line', () => {
    const line = Buffer.from(tweet({ text: 'caf?' }))
    line[line.indexOf('?')] = 0xe9
    expect(reasonOf(line)).toBe('not valid UTF-8')
  })

  test('every cut of a line is rejected', () => {
    const line = Buffer.from(tweet({ text: 'cut 今' }))
    for (let end = 0; end < line.length; end++) expect(flatten(line.subarray(0, end)).kind).toBe('rejected')
  })
})

describe('a flat line, as the model’s collector wrote it', () => {
  const flat = {
    id: ID,
    author_id: '7',
    text: 'one\ntwo',
    author: { id: '7', name: 'Ada', public_metrics: { followers_count: 3 } },
    referenced_tweets: [{ type: 'original', id: null }],
    __twarc: { url: 'https://api.twitter.com', version: '2.12.0', retrieved_at: '2022-10-03T18:00:12+00:00' },
  }

  test('gives its row', () => {
    expect(cellsOf(JSON.stringify(flat))).toMatchObject({
      id: ID,
      author_id: '7',
      text: 'one two',
      retrieved_at: '2022-10-03T18:00:12+00:00',
      reference_type: 'original',
      referenced_tweet_id: '',
      referenced_tweets: '',
      'author.name': 'Ada',
      'author.public_metrics.followers_count': '3',
    })
  })

  test('does not take somebody else for the author, as twarc does where a user is named like the author’s ID', () => {
    const line = JSON.stringify({ ...flat, author: { id: '99', username: '7', name: 'Not Ada' } })
    expect(cellsOf(line)).toMatchObject({ author_id: '7', 'author.name': '', 'author.username': '' })
  })

  test('has no author data where twarc found none', () => {
    expect(cellsOf(JSON.stringify({ ...flat, author: {} }))['author.name']).toBe('')
  })
})

describe('X’s newer names', () => {
  const user = { id: '7', public_metrics: { followers_count: 1, following_count: 2, listed_count: 3, post_count: 4 } }

  test('are read as the older ones', () => {
    const newer = {
      author_id: '7',
      note_post: { text: 'the whole text' },
      referenced_posts: [{ type: 'retweeted', id: '12' }],
    }
    expect(cellsOf(tweet(newer, { includes: { users: [user], posts: [{ id: '12' }] } }))).toMatchObject({
      text: 'the whole text',
      reference_type: 'retweeted',
      referenced_tweet_id: '12',
      referenced_tweets: 'retweeted:12',
      'author.public_metrics.tweet_count': '4',
    })
  })

  test('are read in a flat line too', () => {
    const flat = { id: ID, author_id: '7', text: 'a', author: user, referenced_posts: [{ type: 'quoted', id: '12' }] }
    expect(cellsOf(JSON.stringify(flat))).toMatchObject({
      referenced_tweets: 'quoted:12',
      'author.public_metrics.tweet_count': '4',
    })
  })

  test('count only where the older one says nothing', () => {
    const both = (referenced_tweets: unknown, tweet_count: unknown) =>
      cellsOf(
        tweet(
          { author_id: '7', referenced_tweets, referenced_posts: [{ type: 'quoted', id: '12' }] },
          { includes: { users: [{ id: '7', public_metrics: { tweet_count, post_count: 4 } }] } },
        ),
      )
    for (const nothing of [null, [], [{}], [{ type: 'original', id: null }], 'x'])
      expect(both(nothing, null)).toMatchObject({
        referenced_tweets: 'quoted:12',
        'author.public_metrics.tweet_count': '4',
      })
    expect(both([{ type: 'replied_to', id: '34' }], 0)).toMatchObject({
      referenced_tweets: 'replied_to:34',
      'author.public_metrics.tweet_count': '0',
    })
  })
})

describe('odd members', () => {
  test('references that are no references are passed over', () => {
    const referenced_tweets = [null, 5, { type: 'quoted', id: '12' }, {}, { type: 'replied_to', id: '34' }]
    expect(cellsOf(tweet({ referenced_tweets }))).toMatchObject({
      reference_type: 'quoted',
      referenced_tweet_id: '12',
      referenced_tweets: 'quoted:12 replied_to:34',
    })
  })

  test('counts as texts are counts, and what is no count is empty', () => {
    const counts = { followers_count: '4', following_count: 5.5, tweet_count: 'many', listed_count: 1e21 }
    const line = tweet({ author_id: '7' }, { includes: { users: [{ id: '7', public_metrics: counts }] } })
    expect(cellsOf(line)).toMatchObject({
      'author.public_metrics.followers_count': '4',
      'author.public_metrics.following_count': '',
      'author.public_metrics.tweet_count': '',
      'author.public_metrics.listed_count': '',
    })
  })

  test('an ID beside the tweet’s own that came as a number is taken only if no digit can be lost', () => {
    const line = tweet({ author_id: 0, conversation_id: 1 }).replace(':0', ':2244994945').replace(':1}', `:${ID}}`)
    expect(cellsOf(line)).toMatchObject({ author_id: '2244994945', conversation_id: '' })
  })

  test('values of another kind than expected leave their cells empty', () => {
    const line = tweet(
      { text: {}, note_tweet: 'x', referenced_tweets: {}, lang: ['en'], author_id: '7' },
      { includes: { users: { 7: {} } }, __twarc: 'x' },
    )
    expect(cellsOf(line)).toMatchObject({ text: '', lang: '', retrieved_at: '', 'author.name': '' })
  })

  test('a long post without text falls back to the short text', () => {
    expect(cellsOf(tweet({ note_tweet: { text: null } })).text).toBe('hello')
    expect(cellsOf(tweet({ note_tweet: {} })).text).toBe('hello')
  })

  test('members named like those of every object are only members', () => {
    expect(
      cellsOf(`{"__proto__":{"id":"1"},"data":{"id":"${ID}","constructor":1,"__proto__":{"lang":"en"}}}`),
    ).toMatchObject({ id: ID, lang: '' })
  })
})

describe('when a copy was received', () => {
  const retrieved = (retrieved_at: unknown) => {
    const flat = flatten(Buffer.from(tweet({}, { __twarc: { retrieved_at } })))
    return flat.kind === 'row' ? flat.row.retrievedMs : undefined
  }

  test('is read from __twarc', () => {
    expect(retrieved('2026-11-21T13:07:12+00:00')).toBe(Date.UTC(2026, 10, 21, 13, 7, 12))
    expect(retrieved('2026-11-21T13:07:12.5Z')).toBe(Date.UTC(2026, 10, 21, 13, 7, 12, 500))
  })

  test.each([undefined, null, '', 'yesterday Z', '2026-11-21T13:07:12', '2026-13-45T13:07:12Z'])(
    'is never for %j, which says no instant',
    (text) => {
      expect(retrieved(text)).toBe(Infinity)
    },
  )
})

describe('any text', () => {
  const anyText = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...Array.from('\0\r\n\v\f\u0085\u2028\u2029",\\\ud83d\ude00')),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  })
  const wellFormed = (text: string) => Array.from(text, (c) => (/^[\ud800-\udfff]$/.test(c) ? '\ufffd' : c)).join('')
  const asDesigned = (text: string) =>
    Array.from(wellFormed(text))
      .filter((c) => c !== '\0')
      .join('')
  const breaks = ['\r\n', '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029']

  const inOneLine = (text: string) => breaks.reduce((kept, end) => kept.replaceAll(end, ' '), asDesigned(text))

  test('comes out in one line, in every column that a stranger’s text can come to', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, other) => {
        const user = {
          id: '7',
          created_at: text,
          location: text,
          name: other,
          username: text,
          verified: text,
          protected: text,
        }
        const members = { text, author_id: '7', conversation_id: text, created_at: text, source: other, lang: text }
        const reference = { type: `a${text}`, id: other }
        const line = tweet(
          { ...members, referenced_tweets: [reference] },
          { includes: { users: [user] }, __twarc: { retrieved_at: text } },
        )
        const cells = cellsOf(line)
        for (const name of ['text', 'conversation_id', 'created_at', 'retrieved_at', 'lang'] as const)
          expect(cells[name], name).toBe(inOneLine(text))
        for (const name of ['created_at', 'location', 'username', 'verified', 'protected'] as const)
          expect(cells[`author.${name}`], name).toBe(inOneLine(text))
        for (const name of ['author.name', 'source', 'referenced_tweet_id'] as const)
          expect(cells[name], name).toBe(inOneLine(other))
        expect(cells.reference_type).toBe(inOneLine(`a${text}`))
        expect(Object.values(cells).join('')).not.toMatch(/[\n\v\f\r\u0085\u2028\u2029]/)
      }),
    )
  })

  test('that names an author whose ID is any text comes out in one line', () => {
    fc.assert(
      fc.property(anyText, (author_id) => {
        expect(cellsOf(tweet({ author_id })).author_id).toBe(inOneLine(author_id))
      }),
    )
  })

  test('gives the same row however its characters are escaped', () => {
    const escaped = (json: string) =>
      json.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
    fc.assert(
      fc.property(anyText, (text) => {
        const line = tweet({ text })
        expect(cellsOf(escaped(line))).toEqual(cellsOf(line))
      }),
    )
  })
})

test('any JSON value gives a row of texts or a reason', () => {
  const member = fc.constantFrom(
    'data',
    'id',
    'includes',
    'users',
    'author',
    'author_id',
    'referenced_tweets',
    '__twarc',
  )
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(ID, '7', null),
      fc.jsonValue({ maxDepth: 0 }),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(member, tie('json'), { maxKeys: 6 }),
    ),
  }))
  let rows = 0
  fc.assert(
    fc.property(json, (value) => {
      const flat = flatten(Buffer.from(JSON.stringify(value)))
      if (flat.kind === 'rejected') {
        expect(flat.reason).not.toBe('')
      } else {
        rows++
        expect(flat.row.cells.map((cell) => typeof cell)).toEqual(rowColumns.map(() => 'string'))
      }
    }),
    { numRuns: 2000 },
  )
  expect(rows).toBeGreaterThan(0)
})

test('an ID with leading zeros is none: the same tweet would stand there twice', () => {
  for (const id of ['0', '01', '0000000000000000001'])
    expect(reasonOf(JSON.stringify({ data: { id } }))).toBe('the id is not a text of 1 to 19 digits')
})
