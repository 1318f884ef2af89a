import { join } from 'node:path'
import type { Preset } from '../../src/vault/codec.js'
import { megabytes, seconds, table, whole } from '../support/markdown.js'
import type { MadeHour } from '../support/made-hour.js'
import { medianBy } from '../support/median.js'
import { budgetTable, hourBudgets } from './budgets.js'
import { processHour, type Archived, type OurRun } from './our-way.js'
import { outsideCompressor, restMs, type OutsideCompressor } from './outside-compressor.js'
import { OURS, otherWays, take, type Taken, type Work } from './ways.js'
import { contentsOf, twoThreads, xzInTurn } from './xz-in-turn.js'

/** One run of ours, and of `xz` over the contents of our files. */
export interface Pair {
  readonly ours: OurRun
  readonly xz: Archived
}

/** What is there before the first run. */
type Start = Omit<Work, 'contents'>
type Tell = (what: string) => void

/** Measure ours beside the other ways, in `folder`; the figures as Markdown. */
export async function comparison(start: Start, pairCount: number, tell: Tell): Promise<string> {
  const { hour, preset } = start
  const { pairs, contents } = await measurePairs(start, pairCount, tell)
  const others: Taken[] = []
  for (const way of otherWays) {
    tell(way.name)
    others.push(await take(way, { ...start, contents }))
  }
  const ours = medianBy(pairs, (pair) => pair.ours.wallMs).ours
  const outside = await outsideCompressor(hour, ours, contents)
  return [
    waysTable(preset, pairs, others),
    `Pairs of ours and \`xz\` in turn, wall in s: ${pairs.map(pairText).join(', ')}.`,
    '### Processor time outside the compressor',
    outsideTable(hour, outside, others),
    '### Budgets',
    budgetTable(hourBudgets({ hour, preset, pairs, others, outside })),
  ].join('\n\n')
}

async function measurePairs({ hour, preset, folder }: Start, count: number, tell: Tell) {
  const pairs: Pair[] = []
  let contents: string[] = []
  for (let number = 1; number <= count; number++) {
    tell(`pair ${number} of ${count}`)
    const ours = await processHour(hour, join(folder, 'ours'), { ...OURS, preset })
    contents = await contentsOf(ours.archives, join(folder, 'contents'))
    pairs.push({ ours, xz: await xzInTurn(contents, twoThreads(preset)) })
  }
  return { pairs, contents }
}

const pairText = ({ ours, xz }: Pair): string => `${seconds(ours.wallMs)} and ${seconds(xz.wallMs)}`

function waysTable(preset: Preset, pairs: readonly Pair[], others: readonly Taken[]): string {
  const rows: Taken[] = [
    { name: `process-hour, median of ${pairs.length}`, took: medianBy(pairs, ({ ours }) => ours.wallMs).ours },
    {
      name: `\`xz ${twoThreads(preset).join(' ')}\` over the contents of our files in turn, median of ${pairs.length}`,
      took: medianBy(pairs, ({ xz }) => xz.wallMs).xz,
    },
    ...others,
  ]
  return table(
    ['', 'wall s', 'processor s', 'peak memory MB', 'output bytes'],
    rows.map((row) => [row.name, ...('took' in row ? cellsOf(row.took) : [`left out: ${row.leftOut}`, '', '', ''])]),
  )
}

const cellsOf = ({ wallMs, cpuMs, peakBytes, outputBytes }: Archived): string[] => [
  seconds(wallMs),
  seconds(cpuMs),
  megabytes(peakBytes),
  whole(outputBytes),
]

function outsideTable({ lines }: MadeHour, outside: OutsideCompressor, others: readonly Taken[]): string {
  const row = (name: string, ms: number) => [name, seconds(ms), ((ms / lines) * 1000).toFixed(1)]
  return table(
    [`${whole(lines)} lines`, 'processor s', 'µs a line'],
    [
      row('process-hour but for `xz`', outside.cpuMs),
      row('of that: SHA-256 of input, content and archive, once each', outside.hashingMs),
      row('of that: reading the archive back by lzma-native', outside.readBackMs),
      row('the rest', restMs(outside)),
      ...others.flatMap((way) =>
        'took' in way && way.took.tables ? [row(`${way.name}: but for xz`, way.took.tables.cpuMs)] : [],
      ),
    ],
  )
}
