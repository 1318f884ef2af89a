import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { asking } from '../../src/simulator/tweets/asked.js'
import { oddAlways } from '../../src/simulator/tweets/oddities.js'
import { SeededTweets } from '../../src/simulator/tweets/seeded-tweets.js'
import { cellIndex, rowColumns } from '../../src/tweet/columns.js'
import { fieldParameters } from '../../src/x-api/fields.js'
import { toolMissing } from '../support/require-tool.js'
import { cellsOf } from './flat.js'

/** The model's twenty columns in jq's words, written from the design and not from our code; line breaks become spaces. */
const filter = `
.data as $t | ([.includes.users[]? | select(.id == $t.author_id)] | last) as $a |
[ $t.id, $t.conversation_id, $t.author_id, $t.created_at, .__twarc.retrieved_at, $t.source, $t.lang,
  ($t.note_tweet.text // $t.text),
  ($t.referenced_tweets[0].type // "original"), $t.referenced_tweets[0].id,
  $a.created_at, $a.location, $a.name, $a.username, $a.verified, $a.protected,
  $a.public_metrics.followers_count, $a.public_metrics.following_count, $a.public_metrics.tweet_count,
  $a.public_metrics.listed_count ]
| map(if . == null then "" else tostring end | gsub("\\u0000"; "")
  | gsub("\\r\\n|[\\n\\r\\u000b\\u000c\\u0085\\u2028\\u2029]"; " "))`

const SEED = 20261121
const SECOND = Date.parse('2026-11-21T13:07:00Z') / 1000

/** Payloads as X would send them in some seconds, each with twarc's addition. */
function linesWith(fields: keyof typeof fieldParameters): string[] {
  const { expansions, ...lists } = fieldParameters[fields]
  const named = Object.fromEntries(Object.entries(lists).map(([key, names]) => [key.replace('.fields', ''), names]))
  const asked = asking({ ...named, ...(expansions && { expansions }) })
  // Not with half a surrogate pair, at which jq stops.
  const odd = oddAlways('nulls', 'empty-contained-within')
  const tweets = new SeededTweets({ seed: SEED, rate: 43 })
  return Array.from({ length: 12 }, (_, second) => [...tweets.deliveredIn(SECOND + second, asked, odd)])
    .flat()
    .flatMap(({ bytes }) => bytes.toString().split('\r\n'))
    .filter((line) => line !== '')
    .map((line) => `${line.slice(0, line.lastIndexOf('}'))},"__twarc":{"retrieved_at":"2026-11-21T13:07:12+00:00"}}`)
}

test.skipIf(toolMissing('jq')).each(['lean', 'full'] as const)(
  `the columns of %s payloads are what the model's jq would make of them (seed ${SEED}; skipped without jq)`,
  (fields) => {
    const lines = linesWith(fields)
    expect(lines.length).toBeGreaterThan(400)
    const { stdout, stderr } = spawnSync('jq', ['-c', filter], { input: lines.join('\n'), maxBuffer: 1 << 26 })
    expect(stderr.toString()).toBe('')
    const expected = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as string[])
    const ours = lines.map((line) => Object.values(cellsOf(line)).slice(0, cellIndex.referenced_tweets))
    expect(rowColumns.slice(0, 20)).toHaveLength(20)
    expect(ours).toEqual(expected)
  },
)
