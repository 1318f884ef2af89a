/** Measures collect's speed and memory beside curl and a reader in twarc's manner; bench/README.md says how to run and read it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stderr } from 'node:process'
import { parseArgs } from 'node:util'
import { toolMissing } from '../test/support/require-tool.js'
import { startCollector } from './collect/collector.js'
import { floor, python, type StartReader } from './collect/readers.js'
import { startSource } from './collect/source-process.js'
import { trial, type Trial } from './collect/trial.js'
import { virtualDay } from './collect/virtual-day.js'
import { describeRun } from './support/machine.js'
import { megabytes, table, whole } from './support/markdown.js'
import { giveResults } from './support/results.js'
import { unitEnvironment } from './support/unit-environment.js'

/** Of the 1 % stream. */
const USUAL_RATE = 43

const { values: flags } = parseArgs({
  options: {
    lines: { type: 'string', default: '300000' },
    rates: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '60' },
    'virtual-day': { type: 'boolean', default: false },
    hours: { type: 'string', default: '24' },
    speed: { type: 'string', default: '100' },
    save: { type: 'boolean', default: false },
  },
})

const folder = await mkdtemp(join(tmpdir(), 'collector-bench-collect-'))
const run = describeRun([
  ['curl', '--version'],
  ['python3', '--version'],
])
const environment = Object.entries(unitEnvironment('collector-collect.service')).map(
  ([name, value]) => `\`${name}=${value}\``,
)

try {
  const parts = flags['virtual-day'] ? [await dayTable()] : await streamTables()
  const about = `collect runs in its unit's environment (${environment.join(', ')}).`
  await giveResults(
    flags['virtual-day'] ? 'collect-day' : 'collect',
    ['# collect', run, about, ...parts].join('\n\n'),
    flags,
  )
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}

/** Speed as fast as it can, then memory at steady rates. */
async function streamTables(): Promise<string[]> {
  using source = await startSource()
  const measure = async (name: string, start: StartReader, rate: number, lines: number): Promise<Trial> => {
    stderr.write(`${name}, ${rate === 0 ? 'as fast as it can' : `${rate} a second`}: ${lines} lines\n`)
    const own = join(folder, `${name}-${rate}`)
    const result = await trial(start, source, rate, lines, own)
    await rm(own, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    return result
  }
  const lines = Number(flags.lines)
  const least = await measure('curl', floor, 0, lines)
  const ours = await measure('collect', startCollector, 0, lines)
  const pythons = toolMissing('python3') === undefined ? await measure('python', python, 0, lines) : undefined
  const fast = table(
    ['as fast as it can', 'tweets a second', 'processor ms per MB', 'of the floor', 'most resident MB'],
    [
      speedRow('`curl --compressed \\| cat > file`: the floor', least, least),
      speedRow('collect', ours, least),
      ...(pythons ? [speedRow('twarc-like Python', pythons, least)] : []),
    ],
  )
  const seconds = Number(flags.seconds)
  const paced: string[][] = []
  for (const rate of [USUAL_RATE, ...flags.rates.split(',').map(Number)])
    paced.push(pacedRow(rate, await measure('collect', startCollector, rate, rate * seconds)))
  const steady = table(
    [
      `tweets a second for ${seconds} s`,
      'of one core',
      'MB at half',
      'MB at the end',
      'source late, at most ms',
      'sent',
      'sealed',
    ],
    paced,
  )
  const about = `Lines of ${whole(source.meanBytes)} bytes on average, in gzip, over loopback; fsync once a second. Every tweet sent was counted by the heartbeat.`
  return [about, fast, steady]
}

function speedRow(name: string, result: Trial, base: Trial): string[] {
  const perMegabyte = ({ cpuMs, megabytes: read }: Trial) => cpuMs / read
  return [
    name,
    whole((result.lines / result.wallMs) * 1000),
    perMegabyte(result).toFixed(2),
    (perMegabyte(result) / perMegabyte(base)).toFixed(2),
    megabytes(result.residentBytes.most),
  ]
}

function pacedRow(rate: number, { cpuMs, wallMs, residentBytes, mostLateMs, sent, sealed }: Trial): string[] {
  return [
    whole(rate),
    `${((cpuMs / wallMs) * 100).toFixed(1)} %`,
    megabytes(residentBytes.atHalf),
    megabytes(residentBytes.atEnd),
    whole(mostLateMs),
    whole(sent),
    sealed === undefined ? '' : whole(sealed),
  ]
}

async function dayTable(): Promise<string> {
  const [hours, speed] = [Number(flags.hours), Number(flags.speed)]
  stderr.write(`collect, ${USUAL_RATE} a second, ${hours} hours of a clock ${speed} times as fast\n`)
  const { tweets, sealed, disconnects, residentBytes } = await virtualDay({ folder, rate: USUAL_RATE, hours, speed })
  return table(
    [
      `${USUAL_RATE} tweets a second for ${hours} h, ${speed} times as fast`,
      `MB after ${hours / 8} h`,
      'MB at the end',
      'most MB',
      'counted',
      'sealed',
      'disconnects, with that at the stop',
    ],
    [
      [
        'collect',
        megabytes(residentBytes.early),
        megabytes(residentBytes.atEnd),
        megabytes(residentBytes.most),
        whole(tweets),
        whole(sealed),
        whole(disconnects),
      ],
    ],
  )
}
