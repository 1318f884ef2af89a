import { expect, test } from 'vitest'
import { silently } from '../../src/durable/strange-entry.js'
import { collectorRejects } from '../../src/hour/collector-rejects.js'
import { appendRejected, rejectedRecord } from '../../src/spool/rejected.js'
import { HOUR } from '../support/hour-world.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const LARGE = 300_000

const record = (line: string, name = 'sampled_stream_2026-11-21_13-05.jsonl', offset = 0) =>
  rejectedRecord(Buffer.from(line), { hour: HOUR, nowMs: HOUR, reason: 'x', from: { name, offset } })

const readAll = (spool: string) => Array.fromAsync(collectorRejects(spool, 2, { hour: HOUR, known: 0, tell: silently }))

test('of the large lines that a collector set aside a few megabytes are held at once, and none is left out', async () => {
  await using spool = await temporaryFolder()
  const records = Array.from({ length: 40 }, (_, offset) => record('x'.repeat(LARGE), undefined, offset))
  await appendRejected(spool.path, records)
  const batches = await readAll(spool.path)
  expect(batches.flat().map(({ number }) => number)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
  for (const batch of batches) expect(batch.reduce((sum, { line }) => sum + line.length, 0)).toBeLessThan(5 * LARGE)
})

test('a record whose place is longer than any is passed over, and one whose line is longer than is kept comes cut', async () => {
  await using spool = await temporaryFolder()
  const cut = { ...record('y'), line: 'y'.repeat(3 << 20) }
  await appendRejected(spool.path, [record('x', 'n'.repeat(1 << 20)), cut, record('z', undefined, 1)])
  const lines = (await readAll(spool.path)).flat()
  expect(lines.map(({ line }) => [line[0], line.length])).toEqual([
    ['y', 1 << 20],
    ['z', 1],
  ])
})
