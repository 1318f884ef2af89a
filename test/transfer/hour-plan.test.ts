import { describe, expect, test } from 'vitest'
import type { Batch } from '../../src/spool/batch.js'
import { minuteFileName } from '../../src/spool/minute-name.js'
import { batchOfHour, batchText } from '../../src/transfer/batch-of-hour.js'
import { planHour, type DescribedFile, type HourFacts } from '../../src/transfer/hour-plan.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'

const HOUR = Date.parse('2026-11-21T13:00:00Z')
const END = HOUR + HOUR_MS
const lateMs = 6 * MINUTE_MS
/** Eight minutes past the hour, when sync runs. */
const nowMs = END + 8 * MINUTE_MS
const WRITTEN = END + 20 * MINUTE_MS

function file(minute: number, sha256 = `hash-${minute}`): DescribedFile {
  const id = { minute: HOUR + minute * MINUTE_MS, number: 0 }
  const name = minuteFileName(id)
  const content = { name, bytes: 10, lines: 1, sha256 }
  return { ...id, name, path: `/spool/${name}`, open: false, bytes: 10, content, sealedMs: id.minute + 7 * MINUTE_MS }
}

const facts = (some: Partial<HourFacts>): HourFacts => ({
  hour: HOUR,
  files: [],
  firstOpen: undefined,
  receipt: undefined,
  isAnswerKnown: true,
  receipted: [],
  there: new Map(),
  sent: undefined,
  ...some,
})

const receipt = (files: DescribedFile[], refused: DescribedFile[] = []): NonNullable<HourFacts['receipt']> => ({
  hour: '2026-11-21_13',
  revision: 1,
  files: files.map(({ content: { name, sha256 } }) => ({ name, sha256 })),
  refused: refused.map(({ content: { name, sha256 } }) => ({ name, sha256, reason: '' })),
  writtenMs: WRITTEN,
})

const there = (...files: { name: string; bytes: number; modifiedMs?: number }[]): HourFacts['there'] =>
  new Map(files.map(({ name, bytes, modifiedMs = 0 }) => [name, { bytes, modifiedMs }]))

/** The hour's final batch as it was sent, and as it lies on server 1. */
function finalBatch(files: DescribedFile[]): { sent: Batch; listed: { name: string; bytes: number } } {
  const sent = batchOfHour(facts({ files }), nowMs)
  return { sent, listed: { name: 'batch.json', bytes: Buffer.byteLength(batchText(sent)) } }
}

const plan = (some: Partial<HourFacts>, at = nowMs) => planHour(facts(some), { nowMs: at, lateMs })

describe('a file is sent', () => {
  const [a] = [file(1)]

  test('when it is not there', () => {
    expect(plan({ files: [a] }).send).toEqual([a])
  })

  test('when another size is there', () => {
    expect(plan({ files: [a], there: there({ name: a.name, bytes: 9 }) }).send).toEqual([a])
  })

  test('when it was refused and has not come again since', () => {
    const before = there({ name: a.name, bytes: 10, modifiedMs: WRITTEN })
    const since = there({ name: a.name, bytes: 10, modifiedMs: WRITTEN + 1000 })
    const refused = { files: [a], receipt: receipt([], [a]) }
    expect(plan({ ...refused, there: before })).toMatchObject({ send: [a], refused: [a.name] })
    expect(plan({ ...refused, there: since })).toMatchObject({ send: [], refused: [] })
  })

  test('but not when it lies there, nor when a receipt has its hash under any name', () => {
    expect(plan({ files: [a], there: there(a) }).send).toEqual([])
    expect(plan({ files: [a], receipt: receipt([file(2, a.content.sha256)]) })).toMatchObject({ send: [], safe: [a] })
  })

  test('when the receipt has other content under its name', () => {
    expect(plan({ files: [a], receipt: receipt([file(1, 'other')]) })).toMatchObject({ send: [a], safe: [] })
  })
})

describe('a batch is sent', () => {
  test('until a final one was sent and lies there', () => {
    const { sent, listed } = finalBatch([file(1)])
    expect(plan({ files: [file(1)] }).batch).toBeDefined()
    expect(plan({ files: [file(1)], sent }).batch).toBeDefined()
    expect(plan({ files: [file(1)], sent, there: there(listed) }).batch).toBeUndefined()
    expect(plan({ files: [file(1)], sent, receipt: receipt([file(1)]) }).batch).toBeUndefined()
  })

  test('again when there are more files than it lists', () => {
    const { sent, listed } = finalBatch([file(1)])
    const batch = plan({ files: [file(1), file(2)], sent, there: there(listed) }).batch
    expect(batch?.files.map(({ sha256 }) => sha256)).toEqual(['hash-1', 'hash-2'])
  })

  test('again when the receipt that answered it was withdrawn in part', () => {
    const { sent } = finalBatch([file(1), file(2)])
    const files = [file(1), file(2)]
    expect(plan({ files, sent, receipt: receipt([file(1)]) })).toMatchObject({
      send: [file(2)],
      batch: { files: [{}, {}] },
    })
  })

  test('again as long as the hour can still get lines', () => {
    const early = END + lateMs - 1000
    const sent = batchOfHour(facts({ files: [file(1)] }), early)
    const listed = { name: 'batch.json', bytes: Buffer.byteLength(batchText(sent)) }
    expect(plan({ files: [file(1)], sent, there: there(listed) }, early).batch).toBeDefined()
  })
})

test('an hour is finished with a receipt for every file and a final batch', () => {
  const files = [file(1)]
  const { sent } = finalBatch(files)
  expect(plan({ files, sent, receipt: receipt(files) }).finished).toBe(true)
  expect(plan({ files, receipt: receipt(files) }).finished).toBe(true)
  expect(plan({ files, sent }).finished).toBe(false)
  expect(plan({ files, sent, receipt: receipt([]) }).finished).toBe(false)
  expect(plan({ files, receipt: receipt(files) }, END).finished).toBe(false)
  expect(plan({ files, receipt: receipt(files), firstOpen: HOUR }).finished).toBe(false)
})

test('a batch says no more than what is sealed, and lists each content once, by name', () => {
  const batch = batchOfHour(
    facts({
      files: [file(3), file(1)],
      receipted: [file(2).content, file(1).content],
      firstOpen: HOUR + 5 * MINUTE_MS,
    }),
    nowMs,
  )
  expect(batch.sealed_until).toBe('2026-11-21T13:05:00Z')
  expect(batch.files.map(({ sha256 }) => sha256)).toEqual(['hash-1', 'hash-2', 'hash-3'])
})
