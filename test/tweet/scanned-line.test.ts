import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alwaysOdd } from '../../src/simulator/tweets/oddities.js'
import { SeededTweets } from '../../src/simulator/tweets/seeded-tweets.js'
import { parseStreamRequest } from '../../src/simulator/x/stream-request.js'
import { rowColumns } from '../../src/tweet/columns.js'
import { csvCells } from '../../src/tweet/csv-line.js'
import { readLine } from '../../src/tweet/flatten.js'
import { ScannedLine } from '../../src/tweet/scanned-line.js'
import { sampleUrl } from '../../src/x-api/sample-request.js'
import { anyLine } from '../support/any-line.js'
import { anyPayload } from '../support/any-payload.js'

const scanned = new ScannedLine()

interface Found {
  readonly id: string
  readonly cells: string
  readonly retrievedMs: number
  readonly namesAuthor: boolean
}

/** `undefined` where it leaves the line to `readLine`. */
function scan(line: Buffer): Found | undefined {
  const id = scanned.read(line)
  if (id === undefined) return undefined
  const into = Buffer.alloc(scanned.mostBytes)
  const end = scanned.writeCells(into, 0, 0, rowColumns.length)
  if (end < 0) return undefined
  const { retrievedMs, namesAuthor } = scanned
  return { id, cells: into.toString('utf8', 0, end), retrievedMs, namesAuthor }
}

function parse(line: Buffer): Found | undefined {
  const read = readLine(line)
  if (read.kind === 'rejected') return undefined
  const { id, cells, retrievedMs } = read.row()
  const namesAuthor = cells[rowColumns.indexOf('author_id')] !== ''
  return { id, cells: csvCells(cells, 0, cells.length), retrievedMs, namesAuthor }
}

test.each(['lean', 'full'] as const)('every line as X writes it is read, with %s fields', (fields) => {
  const { searchParams } = sampleUrl({ baseUrl: 'https://x', fields }, 0)
  const request = parseStreamRequest(searchParams)
  if (!('asked' in request)) throw new Error(JSON.stringify(request))
  let count = 0
  const tweets = new SeededTweets({ seed: 1, rate: 500 })
  for (const { bytes, ends } of tweets.deliveredIn(1_795_309_200, request.asked, alwaysOdd))
    for (const [index, end] of ends.entries()) {
      const payload = bytes.toString('utf8', ends[index - 1] ?? 0, end - '\r\n'.length)
      const twarc = `,"__twarc":{"url":"https://x","version":"0.1.0","retrieved_at":"2026-11-21T12:00:0${count % 10}+00:00"}}`
      const line = Buffer.from(payload.slice(0, -1) + twarc)
      expect(scan(line), line.toString()).toEqual(parse(line))
      expect(scan(line)).toBeDefined()
      count += 1
    }
  expect(count).toBeGreaterThan(400)
})

test.each([
  ['payloads as X writes them and as it does not', anyPayload, 20_000, 0.2],
  ['any text, whole, damaged or nonsense', anyLine, 20_000, 0.02],
])('of %s, what is read is what parsing reads', (_, lines, numRuns, atLeast) => {
  const seen = { read: 0, leftToParse: 0, none: 0 }
  fc.assert(
    fc.property(lines, (line) => {
      const expected = parse(line)
      const found = scan(line)
      seen[found ? 'read' : expected ? 'leftToParse' : 'none'] += 1
      if (found) expect(found, line.toString()).toEqual(expected)
    }),
    { numRuns },
  )
  for (const count of [seen.read, seen.leftToParse])
    expect(count, JSON.stringify(seen)).toBeGreaterThan(numRuns * atLeast)
})

test('a line that is torn anywhere is left to parsing', () => {
  const whole = Buffer.from(
    String.raw`{"data":{"id":"7","text":"é\u00e9\"","author_id":"8"},"includes":{"users":[{"id":"8","name":"a,b"}]}}`,
  )
  expect(scan(whole)).toEqual(parse(whole))
  for (let end = 0; end < whole.length; end += 1) expect(scan(whole.subarray(0, end))).toBeUndefined()
})
