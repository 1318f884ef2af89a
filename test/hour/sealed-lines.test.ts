import fc from 'fast-check'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hoursExitCode } from '../../src/hour/process-hours.js'
import { checkSealed, UnbalancedBooksError, type CountedFile } from '../../src/hour/tally.js'
import { minuteFiles } from '../../src/spool/spool-files.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'

const files = fc
  .array(fc.record({ server: fc.constantFrom(1 as const, 2 as const), lines: fc.nat(5000) }), {
    minLength: 1,
    maxLength: 80,
  })
  .map((list) => list.map((file, index): CountedFile => ({ ...file, name: `file-${index}`, sha256: `hash-${index}` })))

test('what was sealed and is all there balances, in whatever order and beside whatever nobody sealed', () => {
  fc.assert(
    fc.property(files, files, fc.array(fc.nat(), { minLength: 1 }), (sealed, strangers, ranks) => {
      const others = strangers.map((file) => ({ ...file, sha256: `strange-${file.sha256}` }))
      const taken = [...sealed, ...others].map((file, index) => ({ file, rank: ranks[index % ranks.length] ?? 0 }))
      const shuffled = taken.sort((a, b) => a.rank - b.rank).map(({ file }) => file)
      checkSealed('2026-11-21_13', sealed, shuffled)
    }),
  )
})

test('a line too few or too many, a file left out, and a file of the other server are each found and named', () => {
  const damage = fc.constantFrom('more', 'fewer', 'gone', 'other server')
  fc.assert(
    fc.property(files, fc.nat(), damage, (sealed, which, kind) => {
      const bad = sealed[which % sealed.length] as CountedFile
      fc.pre(bad.lines > 0)
      const taken = sealed.flatMap((file): CountedFile[] => {
        if (file !== bad) return [file]
        if (kind === 'gone') return []
        if (kind === 'other server') return [{ ...file, server: file.server === 1 ? 2 : 1 }]
        return [{ ...file, lines: file.lines + (kind === 'more' ? 1 : -1) }]
      })
      const has = kind === 'more' ? bad.lines + 1 : kind === 'fewer' ? bad.lines - 1 : 0
      const text = `server ${bad.server}: .* ${bad.name} was sealed with ${bad.lines} and has ${has}\\.`
      expect(() => {
        checkSealed('2026-11-21_13', sealed, taken)
      }).toThrow(new RegExp(text))
    }),
  )
})

test('a count that makes up for another one is found all the same', () => {
  const file = (name: string, lines: number): CountedFile => ({ server: 1, name, sha256: name, lines })
  expect(() => {
    checkSealed('2026-11-21_13', [file('a', 3), file('b', 3)], [file('a', 4), file('b', 2)])
  }).toThrow(UnbalancedBooksError)
})

const NAME = 'sampled_stream_2026-11-21_13-01.jsonl'
const at = (minute: number, sequence = 0) => payload(HOUR + minute * MINUTE_MS, { sequence })

test('a journal that sealed more lines than are there stops its hour alone, which goes on once that is mended', async () => {
  await using world = await hourWorld({ redundant: false })
  await world.collected(1, [at(1), at(1, 1), at(2)])
  await world.collected(1, [payload(HOUR + HOUR_MS)], HOUR + HOUR_MS)
  const journal = join(world.spools[1], 'journal/2026-11-21.jsonl')
  const text = await readFile(journal, 'utf8')
  await writeFile(journal, text.replace(/("name":"[^"]*13-01\.jsonl","lines":)2/, '$13'))
  expect(await readFile(journal, 'utf8')).not.toBe(text)
  world.clock.advance(HOUR_MS)
  const done = await world.run()
  expect(hoursExitCode(done)).toBe(1)
  expect(done.failed).toEqual([
    {
      hour: '2026-11-21_13',
      reason: expect.stringContaining(
        `server 1: 4 lines were sealed, 3 were read now or are booked; ${NAME} was sealed with 3 and has 2. Nothing was`,
      ) as string,
    },
  ])
  expect(done.archived.map(({ hour }) => hour)).toEqual(['2026-11-21_14'])
  expect(await minuteFiles(world.spools[1], HOUR)).toHaveLength(2)
  await writeFile(journal, text)
  expect((await world.run()).archived).toMatchObject([{ hour: '2026-11-21_13', tweets: 3 }])
})

test("a batch's lines are held against what came, and the book's when the hour is opened again", async () => {
  await using world = await hourWorld()
  await world.collected(2, [at(1), at(2)])
  await world.batchOf()
  await world.run()
  const [first] = (await world.book()).inputs.filter(({ name }) => name === NAME)
  await world.collected(2, [at(3)])
  await world.batchOf(HOUR, [{ name: NAME, sha256: first?.sha256 ?? '', lines: 7 }])
  const done = await world.run()
  expect(done.failed[0]?.reason).toContain(`${NAME} was sealed with 7 and has 1`)
  await world.batchOf(HOUR, [{ name: NAME, sha256: first?.sha256 ?? '', lines: 1 }])
  expect((await world.run()).archived).toMatchObject([{ revision: 2, tweets: 3 }])
})

test('a batch that never says the right number of lines keeps its hour no longer than server 2 is waited for', async () => {
  await using world = await hourWorld()
  await world.collected(2, [at(1), at(2)])
  await world.batchOf()
  const batch = join(world.spools[2], '2026-11-21/13/batch.json')
  await writeFile(batch, (await readFile(batch, 'utf8')).replace(/"lines": 1/, '"lines": 9'))
  expect((await world.run()).failed).toMatchObject([{ hour: '2026-11-21_13' }])
  world.clock.advance(3 * HOUR_MS)
  const done = await world.run()
  expect(done.archived).toContainEqual(expect.objectContaining({ hour: '2026-11-21_13', tweets: 2 }))
  expect(done.passed_over).toMatchObject([{ entry: batch }])
})
