import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { heartbeatSchema } from '../../src/health/heartbeat.js'
import { batchSchema } from '../../src/spool/batch.js'
import { journalEventSchema } from '../../src/spool/journal.js'
import { parseMinuteFileName } from '../../src/spool/minute-name.js'
import { filingOf, twarcEnding, withEnding } from '../../src/spool/payload.js'
import { receiptSchema } from '../../src/spool/receipt.js'
import { rejectedSchema } from '../../src/spool/rejected.js'
import { signSchema } from '../../src/spool/server-1-sign.js'
import { parseHourName } from '../../src/utc.js'
import { bookSchema } from '../../src/vault/book.js'
import { GAP_REASONS, HOUR_STATES } from '../../src/vault/listening.js'
import { rejectedLineSchema } from '../../src/vault/rejected-lines.js'
import { bookFaults } from '../../src/verify/book-balance.js'
import { listeningFaults } from '../../src/verify/listening-faults.js'
import { Page } from './page.js'
import { membersOf } from './schema-members.js'

const archive = new Page('archive-format.md')
const spool = new Page('spool-format.md')

/** Each file of JSON: where its members are listed, and how its examples are marked. */
const files: [Page, heading: string, mark: string, schema: z.ZodType][] = [
  [archive, 'The book', 'json book', bookSchema],
  [archive, 'rejected.jsonl', 'jsonl rejected', rejectedLineSchema],
  [spool, 'Rejected lines', 'jsonl rejected', rejectedSchema],
  [spool, 'batch.json', 'json batch', batchSchema],
  [spool, 'Receipts', 'json receipt', receiptSchema],
  [spool, 'heartbeat.json', 'json heartbeat', heartbeatSchema],
  [spool, 'server-1.json', 'json server-1', signSchema],
]

/** The counts of both servers are described once. */
const oncePerServer = (path: string): string => path.replace(/^servers\.[12]/, 'servers.N')

const plain = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '')

/** `member: type` as a table has it: only rows whose first cell is a name in code, of three cells. */
const listed = (page: Page, heading: string): string[] =>
  page
    .rows(heading)
    .filter(([member, type]) => /^`[a-z]/.test(member ?? '') && isType(plain(type)))
    .map(([member, type]) => `${plain(member)}: ${plain(type)}`)

const isType = (text: string): boolean =>
  /^(text|word|time|day|count|integer|number|flag|list|object|true|1|2)\b/.test(text)

const parsed = (page: Page, mark: string): unknown[] =>
  page
    .blocks(mark)
    .flatMap((code) => (mark.startsWith('jsonl') ? code.trimEnd().split('\n') : [code]))
    .map((code): unknown => JSON.parse(code))

describe.each(files)('docs/$0.name: %s', (page, heading, mark, schema) => {
  test(`${mark}: every member is named with its type, and no other`, () => {
    const members = membersOf(schema).map(
      ({ path, type, isOptional }) => `${oncePerServer(path)}: ${type}${isOptional ? '?' : ''}`,
    )
    expect(listed(page, heading).toSorted()).toEqual([...new Set(members)].toSorted())
  })

  test(`${mark}: the examples have no member that the schema doesn't know, and parse`, () => {
    const examples = parsed(page, mark)
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) expect(schema.parse(example)).toEqual(example)
  })
})

test('docs/spool-format.md: every event of the journal is described with its members and their types, and no other', () => {
  const described = spool
    .rows('The journal')
    .map(([event, members = '']) => `${plain(event)}: ${plain(members)}`)
    .toSorted()
  const events = journalEventSchema.options.map((schema) => {
    const members = membersOf(schema).filter(({ path }) => path !== 'at' && path !== 'event')
    const texts = members.map(({ path, type, isOptional }) => `${path} (${type}${isOptional ? '?' : ''})`)
    return { event: schema.shape.event.value, texts: texts.toSorted() }
  })
  const sorted = described.map((row) => {
    const [event = '', members = ''] = row.split(': ')
    return { event, texts: members === '' ? [] : members.split(/, (?=\w+ \()/).toSorted() }
  })
  expect(sorted).toEqual(events.toSorted((a, b) => (a.event < b.event ? -1 : 1)))
})

test('docs/spool-format.md: there is an example of every event of the journal, and each parses', () => {
  const examples = parsed(spool, 'jsonl journal').map((event) => {
    const known = journalEventSchema.parse(event)
    expect(known).toEqual(event)
    return known.event
  })
  expect([...new Set(examples)].toSorted()).toEqual(
    journalEventSchema.options.map(({ shape }) => shape.event.value).toSorted(),
  )
})

test("docs/archive-format.md: the book's example keeps the equations, and its state fits its gaps", () => {
  for (const example of parsed(archive, 'json book')) {
    const book = bookSchema.parse(example)
    const hour = parseHourName(book.hour) ?? NaN
    expect([...bookFaults(book, hour), ...listeningFaults(book, hour)]).toEqual([])
  }
})

test('docs/archive-format.md: every state of an hour and every reason for a gap is told', () => {
  const states = archive.rows('The state of an hour').map(([state]) => plain(state))
  expect(states).toEqual(expect.arrayContaining([...HOUR_STATES]))
  const [, reasons = ''] = /The reasons for a gap: ([\s\S]*?)\n\n/.exec(archive.section('The book')) ?? []
  expect([...reasons.matchAll(/`([^`]+)`/g)].map(([, reason]) => reason)).toEqual([...GAP_REASONS])
})

test('docs/spool-format.md: the expression for minute files takes the names that the code takes', () => {
  const shape = new RegExp(/^\^sampled.*\$$/m.exec(spool.section('Minute files'))?.[0] ?? '(?!)')
  const names = ['', '.1', '.12', '.0', '.01', '.1234567890'].flatMap((number) =>
    ['.jsonl', '.jsonl.part', '.jsonl.bad', '.json', '.jsonl.part.part'].map(
      (ending) => `sampled_stream_2026-11-21_13-07${number}${ending}`,
    ),
  )
  for (const name of names) expect(shape.test(name), name).toBe(parseMinuteFileName(name) !== undefined)
  expect(names.filter((name) => shape.test(name))).toHaveLength(6)
})

test('docs/spool-format.md: the line is what a collector makes of a payload, and files under its minute', () => {
  const [line = ''] = spool.block('text line').split('\n')
  const { __twarc: twarc, ...payload } = JSON.parse(line) as {
    __twarc: Record<'url' | 'version' | 'retrieved_at', string>
  }
  const received = Buffer.from(JSON.stringify(payload))
  const receivedMs = Date.parse(twarc.retrieved_at)
  const filed = withEnding([received], twarcEnding(twarc.url, twarc.version, receivedMs))
  expect(filed.toString()).toBe(`${line}\n`)
  expect(filingOf(received, receivedMs)).toEqual({ kind: 'minute', minute: Date.parse('2026-11-21T13:07:00Z') })
})
