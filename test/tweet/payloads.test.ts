import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cellsOf, type Cells } from './flat.js'

const lines = readFileSync(new URL('payloads.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')

const ada = {
  author_id: '2244994945',
  'author.created_at': '2015-03-04T05:06:07.000Z',
  'author.location': 'Graz',
  'author.name': 'Ada Example',
  'author.username': 'ada_example',
  'author.verified': 'false',
  'author.protected': 'false',
  'author.public_metrics.followers_count': '12',
  'author.public_metrics.following_count': '34',
  'author.public_metrics.tweet_count': '567',
  'author.public_metrics.listed_count': '0',
}
const noReference = { reference_type: 'original', referenced_tweet_id: '', referenced_tweets: '' }
const unknownAuthor = Object.fromEntries(Object.keys(ada).map((name) => [name, '']))
const plain = { ...ada, ...noReference, retrieved_at: '', source: '', lang: 'en' }

const made = (id: string, second: number) => ({
  id,
  conversation_id: id,
  created_at: `2026-11-21T13:07:0${second}.000Z`,
})

const expected: [feature: string, cells: Partial<Cells>][] = [
  ['a plain tweet', { ...plain, ...made('2124127441122234369', 1), text: 'Nothing special here' }],
  [
    'quotes, commas and line breaks',
    { ...plain, ...made('2124127441122238466', 1), text: 'He said: "one, two" then left by night "' },
  ],
  [
    'emoji and many scripts',
    {
      ...plain,
      ...made('2124127445316546563', 2),
      lang: 'ja',
      text: '今日は\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466} مرحبا \u00e9 한국어 \u{1f3f3}\ufe0f\u200d\u{1f308}',
    },
  ],
  ['a lone surrogate and a NUL', { ...plain, ...made('2124127445316550660', 2), text: 'broken \ufffd half and  nul' }],
  [
    'a retweet',
    {
      ...plain,
      ...made('2124127449510858757', 3),
      text: 'RT @someone: a text that goes on and on and is cut at the end…',
      reference_type: 'retweeted',
      referenced_tweet_id: '1990000000000000001',
      referenced_tweets: 'retweeted:1990000000000000001',
    },
  ],
  [
    'two references',
    {
      ...plain,
      ...made('2124127449510862854', 3),
      text: 'quoting in a reply',
      reference_type: 'quoted',
      referenced_tweet_id: '1990000000000000002',
      referenced_tweets: 'quoted:1990000000000000002 replied_to:1990000000000000003',
    },
  ],
  [
    'a long post',
    {
      ...plain,
      ...made('2124127453705170951', 4),
      text: 'The first 280 characters of a long post and all of the rest.',
    },
  ],
  [
    'the newer names',
    {
      ...plain,
      ...made('2124127453705175048', 4),
      text: 'the long form under its newer name',
      reference_type: 'quoted',
      referenced_tweet_id: '1990000000000000004',
      referenced_tweets: 'quoted:1990000000000000004',
    },
  ],
  [
    'an author absent from includes',
    { ...plain, ...unknownAuthor, author_id: ada.author_id, ...made('2124127457899483145', 5), text: 'who am I?' },
  ],
  [
    'no includes',
    { ...plain, ...unknownAuthor, author_id: ada.author_id, ...made('2124127457899487242', 5), text: 'no includes' },
  ],
  ['errors beside the data', { ...plain, ...made('2124127462093795339', 6), text: '@gone hello' }],
  [
    'nulls',
    {
      ...plain,
      ...made('2124127462093799436', 6),
      author_id: '2244994946',
      lang: '',
      text: 'nulls',
      'author.location': '',
      'author.name': '',
      'author.username': 'nullish',
      'author.verified': '',
      'author.public_metrics.followers_count': '',
      'author.public_metrics.following_count': '1',
      'author.public_metrics.tweet_count': '2',
      'author.public_metrics.listed_count': '3',
    },
  ],
  [
    'a withheld tweet',
    {
      ...plain,
      ...made('2124127466288107533', 7),
      text: "@x's account has been withheld in India in response to a legal demand. Learn more.",
    },
  ],
  ['an edited tweet', { ...plain, ...made('2124127466288111630', 7), text: 'second version' }],
  ['an author who is the second user', { ...plain, ...made('2124127470482419727', 8), text: 'order of includes' }],
  ['members in another order', { ...plain, ...made('2124127470482423824', 8), text: 'order of members' }],
  [
    'a text that looks like JSON',
    { ...plain, ...made('2124127474676731921', 9), text: '{"data":{"id":"1"},"includes":{}}' },
  ],
  [
    'a name and a location with separators',
    {
      ...plain,
      ...made('2124127474676736018', 9),
      author_id: '2244994947',
      text: 'csv',
      'author.name': 'Smith, "Bob"',
      'author.username': 'bob',
      'author.location': 'Here, there',
    },
  ],
]

test('there is an expectation for every payload', () => {
  expect(lines).toHaveLength(expected.length)
})

test.each(expected.map(([feature, cells], index) => ({ feature, cells, line: lines[index] ?? '' })))(
  'a payload with $feature gives its row',
  ({ cells, line }) => {
    expect(cellsOf(line)).toEqual(cells)
  },
)
