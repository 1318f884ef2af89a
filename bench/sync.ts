/** Measures sync beside rsync over the same sshd; bench/README.md says how to run and read it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stderr } from 'node:process'
import { parseArgs } from 'node:util'
import { toolMissing } from '../test/support/require-tool.js'
import { describeRun } from './support/machine.js'
import { megabytes, seconds, table } from './support/markdown.js'
import { medianBy } from './support/median.js'
import { giveResults } from './support/results.js'
import { startServers, type Servers } from './sync/servers.js'
import { makeSpool } from './sync/sized-spool.js'
import { push, ways, type Pushed, type WayName } from './sync/ways.js'

const MEGABYTE = 1e6
const MOST_TIMES_RSYNC = 1.3

const { values: flags } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '30' },
    runs: { type: 'string', default: '1' },
    save: { type: 'boolean', default: false },
  },
})

const missing = ['/usr/sbin/sshd', 'ssh', 'rsync'].map(toolMissing).filter((reason) => reason !== undefined)
if (missing.length > 0) throw new Error(`${missing.join(', ')}: apt install openssh-server rsync`)

const description = describeRun([
  ['ssh', '-V'],
  ['rsync', '--version'],
])
const folder = await mkdtemp(join(tmpdir(), 'collector-bench-'))
try {
  await using servers = await startServers(folder)
  const sections = ['# sync beside rsync', description]
  for (const size of flags.megabytes.split(',')) sections.push(await compare(Number(size), Number(flags.runs), servers))
  await giveResults('sync', sections.join('\n\n'), flags)
} finally {
  await rm(folder, { recursive: true, force: true })
}

type Runs = Record<WayName, Pushed[]>

/** Push an hour of so many megabytes by every way in turn, `count` times; the figures as Markdown. */
async function compare(size: number, count: number, servers: Servers): Promise<string> {
  const spool = join(folder, `spool-${size}`)
  await makeSpool(spool, size * MEGABYTE)
  const runs: Runs = { sync: [], rsync: [], 'rsync --fsync': [] }
  for (let number = 1; number <= count; number++)
    for (const name of Object.keys(ways) as WayName[]) {
      stderr.write(`${size} MB, run ${number} of ${count}: ${name}\n`)
      runs[name].push(await push(name, spool, servers, join(folder, 'run')))
    }
  await rm(spool, { recursive: true })
  return [`## ${size} MB in 60 files, ${count} runs in turn`, waysTable(runs), verdict(runs)].join('\n\n')
}

function waysTable(runs: Runs): string {
  return table(
    ['', 'median wall s', 'all wall s', 'client processor s', 'server processor s', 'client peak memory MB'],
    Object.entries(runs).map(([name, all]) => {
      const { wallMs, cpuMs, serverCpuMs, peakBytes } = medianBy(all, (run) => run.wallMs)
      const each = all.map((run) => seconds(run.wallMs)).join(', ')
      return [name, seconds(wallMs), each, seconds(cpuMs), seconds(serverCpuMs), megabytes(peakBytes)]
    }),
  )
}

function verdict({ sync, rsync }: Runs): string {
  const ratios = sync.map(({ wallMs }, index) => wallMs / (rsync[index]?.wallMs ?? NaN))
  const ratio = medianBy(ratios, (value) => value)
  const met = ratio <= MOST_TIMES_RSYNC ? 'met' : '**missed**'
  return `Wall of sync, of rsync's: ${ratio.toFixed(2)} (median of pairs; at most ${MOST_TIMES_RSYNC}: ${met}).`
}
