import type { Preset } from '../../src/vault/codec.js'
import { megabytes, percentMore, seconds, table } from '../support/markdown.js'
import type { MadeHour } from '../support/made-hour.js'
import { medianBy } from '../support/median.js'
import type { Pair } from './comparison.js'
import { restMs, type OutsideCompressor } from './outside-compressor.js'
import { FLOOR, DUCKDB, type Taken } from './ways.js'

const LINES_OF_BUDGET = 340_000

/** What was measured. */
interface Figures {
  readonly hour: MadeHour
  readonly preset: Preset
  readonly pairs: readonly Pair[]
  readonly others: readonly Taken[]
  readonly outside: OutsideCompressor
}

/** A figure beside what is wanted of it; `undefined` where it could not be measured. */
export interface Budget {
  readonly name: string
  readonly wanted: string
  readonly measured: string | undefined
  readonly met: boolean
}

export const budgetTable = (budgets: readonly Budget[]): string =>
  table(
    ['', 'at most', 'measured', ''],
    budgets.map(({ name, wanted, measured, met }) =>
      measured === undefined ? [name, wanted, '-', ''] : [name, wanted, measured, met ? 'met' : '**missed**'],
    ),
  )

/** The budgets of one hour. Those in seconds are of 340,000 lines: other numbers are brought to it. */
export const hourBudgets = (figures: Figures): Budget[] => [
  wall(figures),
  size(figures),
  outsideSeconds(figures),
  besideDuckdb(figures),
  memory(figures),
]

function wall({ pairs, preset }: Figures): Budget {
  const most = preset === 'fast' ? 0.8 : 0.9
  const ratioOf = ({ ours, xz }: Pair) => ours.wallMs / xz.wallMs
  const ratio = ratioOf(medianBy(pairs, ratioOf))
  return {
    name: `wall, of \`xz\` in turn: median of ${pairs.length} pairs`,
    wanted: most.toFixed(2),
    measured: ratio.toFixed(2),
    met: ratio <= most,
  }
}

function size({ pairs, others, preset }: Figures): Budget {
  const most = preset === 'fast' ? 12 : 3
  const bytes = pairs[0]?.ours.outputBytes ?? NaN
  const least = tookOf(others, FLOOR)?.outputBytes
  return {
    name: 'output, more than of `xz -T1`',
    wanted: `${most} %`,
    measured: least === undefined ? undefined : percentMore(bytes, least),
    met: least !== undefined && bytes <= least * (1 + most / 100),
  }
}

function outsideSeconds({ hour, outside }: Figures): Budget {
  const ms = restMs(outside) * (LINES_OF_BUDGET / hour.lines)
  return {
    name: 'processor time but for `xz`, hashing and reading back, of 340,000 lines, in s',
    wanted: '6',
    measured: seconds(ms),
    met: ms <= 6000,
  }
}

function besideDuckdb({ outside, others }: Figures): Budget {
  const theirs = tookOf(others, DUCKDB)?.tables?.cpuMs
  const ratio = theirs === undefined ? undefined : restMs(outside) / theirs
  return { name: 'the same, of DuckDB’s', wanted: '2', measured: ratio?.toFixed(2), met: (ratio ?? Infinity) <= 2 }
}

function memory({ pairs }: Figures): Budget {
  const bytes = Math.max(...pairs.map(({ ours }) => ours.peakBytes))
  return { name: 'peak memory of any run, in MB', wanted: '500', measured: megabytes(bytes), met: bytes <= 500e6 }
}

function tookOf(others: readonly Taken[], name: string) {
  const taken = others.find((other) => other.name === name)
  return taken && 'took' in taken ? taken.took : undefined
}
