import fc from 'fast-check'
import { join } from 'node:path'
import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { RejectedLines, type RejectedLine } from '../../src/vault/rejected-lines.js'
import { rejectedRun } from '../../src/vault/rejected-run.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const line = fc.record({
  server: fc.constantFrom(1 as const, 2 as const),
  file: fc.constantFrom('rejected/2026-11-21.jsonl', 'b.jsonl', 'b.1.jsonl', 'ä"\n.jsonl'),
  number: fc.integer({ min: 1, max: 30 }),
  reason: fc.string({ maxLength: 10 }),
  line: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.constant('x'.repeat(70_000))),
})

const inOrder = (a: RejectedLine, b: RejectedLine): number =>
  a.server - b.server ||
  (a.file < b.file ? -1 : a.file > b.file ? 1 : a.number - b.number) ||
  Buffer.compare(Buffer.from(JSON.stringify(a)), Buffer.from(JSON.stringify(b)))

test('rejected lines come out once each and in order, in whatever runs they came', async () => {
  await using folder = await temporaryFolder()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(line, { maxLength: 8 }), { maxLength: 8 }), async (runs) => {
      const lines = await RejectedLines.open(join(folder.path, 'scratch'))
      for (const run of runs) await lines.add(rejectedRun(run))
      const found: RejectedLine[] = []
      for await (const { bytes, count } of lines.sorted()) {
        const batch = bytes.toString().trimEnd().split('\n')
        expect(batch).toHaveLength(count)
        found.push(...batch.map((text) => JSON.parse(text) as RejectedLine))
      }
      await lines.remove()
      const texts = (list: readonly RejectedLine[]) => list.map((one) => JSON.stringify(one))
      expect(texts(found)).toEqual(texts(runs.flat().toSorted(inOrder)))
    }),
    { numRuns: 30 },
  )
  expect(await readdir(folder.path)).toEqual([])
})
