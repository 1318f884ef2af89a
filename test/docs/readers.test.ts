import { execFileSync, spawnSync } from 'node:child_process'
import { copyFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hourFolder, minuteFileName } from '../../src/spool/minute-name.js'
import { rowColumns } from '../../src/tweet/columns.js'
import { readLine } from '../../src/tweet/flatten.js'
import { MINUTE_MS } from '../../src/utc.js'
import { anyLine } from '../support/any-line.js'
import { anyPayload } from '../support/any-payload.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { toolMissing } from '../support/require-tool.js'
import { idAt, payload } from '../support/tweets.js'
import { Page } from './page.js'

const missing = toolMissing('python3')
const HOUR_NAME = '2026-11-21_13'

/** What a program of a page prints, as `[id, servers]`. */
const printed = (program: string, words: readonly string[]): string[][] =>
  execFileSync('python3', ['-c', program, ...words], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '))

const tweets = (minutes: readonly number[]): Buffer[] =>
  minutes.map((minute, sequence) => payload(HOUR + minute * MINUTE_MS, { sequence }))

test.skipIf(missing)(
  `the program in docs/archive-format.md reads a whole revision where a commit was cut short (${missing ?? 'all there'})`,
  async () => {
    const program = new Page('archive-format.md').block('python read_hour.py')
    await using world = await hourWorld()
    await world.collected(1, tweets([7, 8]))
    await world.collected(2, tweets([7, 9]))
    await world.batchOf()
    await world.run()
    const file = world.archivePath('tweets.csv.xz')
    await copyFile(file, `${file}.first`)
    await world.collected(2, tweets([7, 8, 10]))
    await world.batchOf()
    await world.run()
    expect(await world.book()).toMatchObject({ revision: 2 })
    const whole = await world.archived()
    const words = [world.vault, HOUR_NAME]
    expect(printed(program, words)).toEqual(whole)

    // As a kill between the book and the name leaves it.
    await rename(file, `${file}.part`)
    await rename(`${file}.first`, file)
    expect(printed(program, words)).toEqual(whole)

    await rm(`${file}.part`)
    const { status, stderr } = spawnSync('python3', ['-c', program, ...words], { encoding: 'utf8' })
    expect(stderr).toContain('is damaged')
    expect(status).toBe(1)
  },
)

test.skipIf(missing)(
  `the program in docs/spool-format.md finds in the spools what process-hour archives of them (${missing ?? 'all there'})`,
  async () => {
    const program = new Page('spool-format.md').block('python read_minutes.py')
    await using world = await hourWorld()
    const odd = payload(HOUR + 11 * MINUTE_MS, { text: 'two\u2028lines\u0085of one' })
    await world.collected(1, [...tweets([7, 8, 8]), odd])
    await world.collected(1, tweets([7, 9, 10]))
    await world.collected(2, tweets([7, 9, 12]))
    const line = `{"data":{"id":"${idAt(HOUR + 20 * MINUTE_MS)}"}}`
    const folder = join(world.spools[1], hourFolder(HOUR))
    for (const number of [0, 1])
      await world.byHand(1, HOUR + 20 * MINUTE_MS, `${line}\n\n[]\n{"data":{"id":7}}\n${line}`, number)
    const minute = minuteFileName({ minute: HOUR + 21 * MINUTE_MS, number: 0 })
    await writeFile(join(folder, `${minute}.bad`), `{"data":{"id":"${idAt(HOUR + 21 * MINUTE_MS)}"}}\n`)
    await world.batchOf()
    const found = printed(program, [HOUR_NAME, world.spools[1], world.spools[2]])
    await world.run()
    const archived = await world.archived()
    expect(new Set(archived.map(([, servers]) => servers))).toEqual(new Set(['1', '2', '12']))
    expect(found).toEqual(archived)
  },
)

/** No numbers that JavaScript writes with an exponent, as the page's program does not. */
const hasPlainNumbers = (line: Buffer): boolean => !/[\d.]e[+-]?\d|\d{21}|\.0{6}/i.test(line.toString())

/** A line's cells by column, as the archive has them. */
function cellsOf(line: Buffer): Record<string, string> | null {
  const read = readLine(line)
  if (read.kind === 'rejected') return null
  const { cells } = read.row()
  return Object.fromEntries(rowColumns.map((name, index) => [name, cells[index] ?? '']))
}

test.skipIf(missing)(
  `the program in docs/archive-format.md makes of every line the row that the archive has (${missing ?? 'all there'})`,
  () => {
    const program = new Page('archive-format.md').block('python read_line.py')
    const main = 'import base64, sys\nfor line in sys.stdin:\n    print(json.dumps(read_line(base64.b64decode(line))))'
    const seed = Date.now()
    const lines = [anyPayload, anyLine]
      .flatMap((any) => fc.sample(any, { numRuns: 4000, seed }))
      .filter((line) => !line.includes('\n') && hasPlainNumbers(line))
    const input = lines.map((line) => `${line.toString('base64')}\n`).join('')
    const output = execFileSync('python3', ['-c', `${program}\n${main}`], {
      input,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    })
    const rows = output
      .trimEnd()
      .split('\n')
      .map((text): unknown => JSON.parse(text))
    expect(rows.length).toBe(lines.length)
    for (const [index, line] of lines.entries())
      expect(rows[index], `seed ${seed}: ${line.toString()}`).toEqual(cellsOf(line))
    expect(rows.filter((row) => row === null).length).toBeGreaterThan(500)
    expect(rows.filter((row) => row !== null).length).toBeGreaterThan(3000)
  },
)
