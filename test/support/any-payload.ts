import fc from 'fast-check'

/** Texts as they stand between a JSON text's quotes: raw, as escapes that X writes, and as some that it does not. */
const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 8 }).map((text) => JSON.stringify(text).slice(1, -1)),
  },
  {
    weight: 2,
    arbitrary: fc.string({ unit: 'binary', maxLength: 4 }).map((text) => JSON.stringify(text).slice(1, -1)),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...[
        '\\n',
        '\\r',
        '\\r\\n',
        '\\t',
        '\\f',
        '\\b',
        '\\/',
        '\\\\',
        '\\"',
        ',',
        '\u0085',
        '\u2028',
        '\u2029',
        '\u00a0',
        '\u2027',
      ],
      ...[
        '\\ud83d\\ude00',
        '\\uD83D',
        '\\ude00',
        '\\ud83dx',
        '\\ud83d\\n',
        '\\u00e9',
        '\\u0085',
        '\\u2028',
        '\\uFEFF',
        '😀',
        'é',
        '김',
      ],
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('\\u0000', '\\u000a', '\\u000d', '\\u0041', '\\u002c', '\\u000b') },
)
const text = fc.array(piece, { maxLength: 5 }).map((pieces) => `"${pieces.join('')}"`)
const odd = fc.constantFrom(
  'null',
  'true',
  'false',
  '""',
  '0',
  '7',
  '-0',
  '1.5',
  '99999999999999999999',
  '[]',
  '{}',
  '[null]',
  '"4"',
)
const id = fc.constantFrom('"7"', '"8"', '"1461345678901234567"')

/** Mostly what X has there, sometimes something else. */
const mostly = (usual: fc.Arbitrary<string>, weight = 150) =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd })

type Members = Readonly<Record<string, fc.Arbitrary<string>>>

/** An object with some of the members, in any order; now and then one comes twice, or one that nobody knows. */
function object(members: Members, always: readonly string[] = []): fc.Arbitrary<string> {
  const names = Object.keys(members)
  return fc
    .record({
      named: fc.record(members),
      order: fc.shuffledSubarray(names, { minLength: Math.ceil(names.length / 2) }),
      more: fc.oneof(
        { weight: 60, arbitrary: fc.constant('') },
        {
          weight: 1,
          arbitrary: fc
            .tuple(fc.constantFrom(...names, 'entities', '\\u0069d'), text)
            .map(([name, value]) => `"${name}":${value}`),
        },
      ),
    })
    .map(({ named, order, more }) => {
      const all = [...always.filter((name) => !order.includes(name)), ...order]
      return `{${[...all.map((name) => `"${name}":${named[name] ?? 'null'}`), ...(more ? [more] : [])].join(',')}}`
    })
}

/** An object with members by their older or by their newer names, now and then by both. */
const named = (members: Members, older: Members, newer: Members, always: readonly string[] = []) =>
  fc.oneof(
    { weight: 10, arbitrary: object({ ...members, ...older }, always) },
    { weight: 10, arbitrary: object({ ...members, ...newer }, always) },
    { weight: 1, arbitrary: object({ ...members, ...older, ...newer }, always) },
  )

const list = (element: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(element, { maxLength }).map((elements) => `[${elements.join(',')}]`)

const count = mostly(fc.constantFrom('0', '5', '123456', '999999999999999'))
const flag = mostly(fc.constantFrom('true', 'false'))
const time = mostly(
  fc.constantFrom(
    '"2026-11-21T12:00:00.000Z"',
    '"2026-11-21T12:00:01+00:00"',
    '"2026-11-21T12:00:01"',
    '"2026-11-21T12:00:00\\nZ"',
  ),
)
const user = object(
  {
    id: mostly(id),
    created_at: time,
    location: mostly(text),
    name: mostly(text),
    username: mostly(text),
    verified: flag,
    protected: flag,
    public_metrics: mostly(
      named(
        { followers_count: count, following_count: count, listed_count: count },
        { tweet_count: count },
        { post_count: count },
      ),
    ),
    entities: fc.constantFrom('{"id":"9","name":"x"}', '[{"id":"9"}]'),
  },
  ['id'],
)
const reference = object(
  { type: mostly(fc.constantFrom('"replied_to"', '"quoted"', '"original"', '"a,b"')), id: mostly(id) },
  ['type', 'id'],
)
const note = mostly(object({ text: mostly(text) }))
const references = mostly(list(reference, 3))
const tweet = named(
  {
    id: mostly(id),
    text: mostly(text),
    author_id: mostly(id),
    conversation_id: mostly(id),
    created_at: time,
    lang: mostly(fc.constantFrom('"de"', '"en"', '"a,\\"b"')),
    source: mostly(text),
    context_annotations: fc.constantFrom('[{"domain":{"id":"1"}}]', '[]'),
  },
  { note_tweet: note, referenced_tweets: references },
  { note_post: note, referenced_posts: references },
  ['id', 'text', 'author_id'],
)
const twarc = object({ url: text, version: text, retrieved_at: time })

/** Lines of a minute file: payloads as X writes them for the most part, with every oddity now and then. */
export const anyPayload: fc.Arbitrary<Buffer> = fc
  .record({
    data: tweet,
    users: list(mostly(user), 3),
    twarc: mostly(twarc),
    order: fc.oneof(
      { weight: 12, arbitrary: fc.constant<string[]>(['data', 'includes', '__twarc']) },
      { weight: 1, arbitrary: fc.shuffledSubarray<string>(['data', 'includes', '__twarc', 'data']) },
    ),
    blank: fc.oneof({ weight: 30, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constant(' ') }),
  })
  .map(({ data, users, twarc, order, blank }) => {
    const members: Record<string, string> = { data, includes: `{"users":${users}}`, __twarc: twarc }
    return Buffer.from(`{${order.map((name) => `"${name}":${members[name] ?? ''}`).join(`,${blank}`)}}`)
  })
