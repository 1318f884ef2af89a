/** Measures collect's speed and memory beside curl and a reader in twarc's manner; bench/README.md says how to run and read it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stderr } from 'node:process'
import { parseArgs } from 'node:util'
import { toolMissing } from '../test/support/require-tool.js'
import { collect, floor, python, type StartReader } from './collect/readers.js'
import { startSource } from './collect/source-process.js'
import { trial, type Trial } from './collect/trial.js'
import { describeRun } from './support/machine.js'
import { megabytes, table, whole } from './support/markdown.js'
import { giveResults } from './support/results.js'

const { values: flags } = parseArgs({
  options: {
    lines: { type: 'string', default: '300000' },
    rates: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '60' },
    save: { type: 'boolean', default: false },
  },
})
const seconds = Number(flags.seconds)

const folder = await mkdtemp(join(tmpdir(), 'collector-bench-collect-'))
const run = describeRun([
  ['curl', '--version'],
  ['python3', '--version'],
])
using source = await startSource()

async function measure(name: string, start: StartReader, rate: number, lines: number): Promise<Trial> {
  stderr.write(`${name}, ${rate === 0 ? 'as fast as it can' : `${rate} a second`}: ${lines} lines\n`)
  const own = join(folder, `${name}-${rate}`)
  const result = await trial(start, source, rate, lines, own)
  await rm(own, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  return result
}

const perMegabyte = ({ cpuMs, megabytes: read }: Trial) => cpuMs / read
const row = (name: string, result: Trial, base: Trial) => [
  name,
  whole((result.lines / result.wallMs) * 1000),
  perMegabyte(result).toFixed(2),
  (perMegabyte(result) / perMegabyte(base)).toFixed(2),
  megabytes(result.residentBytes.most),
]

try {
  const lines = Number(flags.lines)
  const least = await measure('curl', floor, 0, lines)
  const ours = await measure('collect', collect, 0, lines)
  const pythons = toolMissing('python3') === undefined ? await measure('python', python, 0, lines) : undefined
  const fast = table(
    ['as fast as it can', 'tweets a second', 'processor ms per MB', 'of the floor', 'most resident MB'],
    [
      row('`curl --compressed \\| cat > file`: the floor', least, least),
      row('collect', ours, least),
      ...(pythons ? [row('twarc-like Python', pythons, least)] : []),
    ],
  )
  const paced: string[][] = []
  for (const rate of [43, ...flags.rates.split(',').map(Number)]) {
    const result = await measure('collect', collect, rate, rate * seconds)
    const { cpuMs, wallMs, residentBytes, mostLateMs } = result
    paced.push([
      whole(rate),
      `${((cpuMs / wallMs) * 100).toFixed(1)} %`,
      megabytes(residentBytes.atHalf),
      megabytes(residentBytes.atEnd),
      whole(mostLateMs),
    ])
  }
  const steady = table(
    [`tweets a second for ${seconds} s`, 'of one core', 'MB at half', 'MB at the end', 'source late, at most ms'],
    paced,
  )
  const about = `Lines of ${whole(source.meanBytes)} bytes on average, in gzip, over loopback; fsync once a second. Every tweet sent was counted by the heartbeat.`
  await giveResults('collect', ['# collect', run, about, fast, steady].join('\n\n'), flags)
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}
