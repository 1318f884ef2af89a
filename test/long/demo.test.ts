import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Book } from '../../src/vault/book.js'
import { runCollector } from '../support/program.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { toolMissing } from '../support/require-tool.js'

/** What Python's csv module reads in the archive: the header, then the rows. */
const readCsv = `
import csv, json, lzma, sys
with lzma.open(sys.argv[1], 'rt', encoding='utf-8', newline='') as file:
    print(json.dumps(list(csv.reader(file))))
`

const python = (script: string, ...words: string[]): unknown =>
  JSON.parse(execFileSync('python3', ['-c', script, ...words], { encoding: 'utf8', maxBuffer: 1 << 28 }))

test.skipIf(toolMissing('python3') ?? toolMissing('xz'))(
  'the demo loses nothing, and its archive, book, report and IDs agree as other programs read them',
  async () => {
    const { code, stdout, stderr } = await runCollector(['demo', '--keep'])
    expect(code, `${stdout}\n${stderr}`).toBe(0)
    expect(stdout).toMatch(/^ *lost +0$/m)
    expect(stdout).toContain('1 kill -9, 1 cut')
    expect(Number(/server 2 alone would have lost +([\d,]+)/.exec(stdout)?.[1]?.replaceAll(',', ''))).toBeGreaterThan(0)
    const root = /archive +(\S+)\/server-1\/vault/.exec(stdout)?.[1] ?? ''
    try {
      const report = readFileSync(join(root, 'server-1/vault/2026-11-21/2026-11-21_report.txt'), 'utf8')
      for (const hour of ['13', '14']) checkHour(root, hour, report)
      checkMinuteFile(root)
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  },
)

/** Both servers are cut off for longer than the five minutes that X repeats. */
const outage = [
  ...[1, 2].flatMap((server) => [
    { service: 'x', kind: 'cut-between-lines', only: `token-${server}`, at: `2026-11-21T14:3${server}:00Z` },
    { service: 'x', kind: 'rate-limit', only: `token-${server}`, at: `2026-11-21T14:3${server}:00Z`, value: 960 },
  ]),
]

test('a loss that no server could prevent is explained by the books, in the demo, in the mail and at OSF', async () => {
  await using folder = await temporaryFolder()
  const plan = join(folder.path, 'plan.json')
  writeFileSync(plan, JSON.stringify(outage))
  const { code, stdout, stderr } = await runCollector(['demo', '--keep', '--faults', plan])
  const root = /archive +(\S+)\/server-1\/vault/.exec(stdout)?.[1] ?? ''
  try {
    const words = `${stdout}\n${stderr}`
    const lost = Number(/^ *lost +([\d,]+)$/m.exec(stdout)?.[1]?.replaceAll(',', ''))
    expect(lost, words).toBeGreaterThan(0)
    expect(code, words).toBe(1)
    const explained = [
      ...stdout.matchAll(/^ *([\d,]+) {2}made from (14:\d\d:\d\d) to .*nobody heard the stream: .*disconnected/gm),
    ]
    expect(
      explained.reduce((sum, [, count]) => sum + Number(count?.replaceAll(',', '')), 0),
      words,
    ).toBe(lost)
    expect(stdout).not.toContain('no book explains')
    expect(stdout).toMatch(/Nobody\s+heard\s+[\d,]+\s+seconds\s+of\s+the\s+stream/)
    const atOsf = (name: string) => readFileSync(join(root, 'simulator/osf/files', name), 'utf8')
    expect(atOsf('hours.csv')).toMatch(/^2026-11-21T14:00:00Z,partial,/m)
    expect(atOsf('gaps.csv')).toMatch(/^2026-11-21T14:3\d:\d\dZ,2026-11-21T1[45]:\d\d:\d\dZ,12,disconnected$/m)
  } finally {
    if (root !== '') await rm(root, { recursive: true, force: true })
  }
})

function checkHour(root: string, hour: string, report: string): void {
  const file = (kind: string) => join(root, `server-1/vault/2026-11-21/2026-11-21_${hour}_${kind}`)
  for (const kind of ['IDs.txt.xz', 'tweets.csv.xz', 'users.csv.xz']) execFileSync('xz', ['-t', file(kind)])
  const book = JSON.parse(readFileSync(file('hour.json'), 'utf8')) as Book
  const ids = execFileSync('xz', ['-dc', file('IDs.txt.xz')], { encoding: 'utf8', maxBuffer: 1 << 28 })
    .trim()
    .split('\n')
  const [header = [], ...rows] = python(readCsv, file('tweets.csv.xz')) as string[][]
  const [, ...users] = python(readCsv, file('users.csv.xz')) as string[][]
  const servers = rows.map((row) => row[header.indexOf('servers')] ?? '')
  expect(ids).toHaveLength(18_000)
  expect(rows.map((row) => row[0])).toEqual(ids)
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([22]))
  expect(new Set(rows.map((row) => row[header.indexOf('author_id')])).size).toBe(users.length)
  const counted = (of: string) => servers.filter((text) => text.includes(of)).length
  const [one, two, both] = [counted('1'), counted('2'), counted('12')]
  expect(book).toMatchObject({
    archived: ids.length,
    users: users.length,
    both,
    only_1: one - both,
    only_2: two - both,
  })
  const diff = one + two - 2 * both
  expect(report).toMatch(new RegExp(`^${hour}\t${one}\t${two}\t${ids.length}\t${diff}\t[\\d.]+%$`, 'm'))
}

/** The shape that twarc's tools take: a line is one payload with data, includes and __twarc. */
function checkMinuteFile(root: string): void {
  const folder = join(root, 'server-2/spool/2026-11-21/14')
  const name = readdirSync(folder).find((file) => file.endsWith('.jsonl')) ?? ''
  const lines = readFileSync(join(folder, name), 'utf8').trim().split('\n')
  for (const line of lines) {
    const payload = JSON.parse(line) as { __twarc: unknown }
    expect(Object.keys(payload)).toEqual(expect.arrayContaining(['data', 'includes', '__twarc']))
    expect(payload.__twarc).toMatchObject({
      url: expect.stringContaining('/2/tweets/sample/stream?') as string,
      retrieved_at: expect.stringMatching(/^2026-11-21T\d\d:\d\d:\d\d\+00:00$/) as string,
    })
  }
}
