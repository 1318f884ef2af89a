import { spawnSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { argv, version } from 'node:process'
import { join, relative } from 'node:path'
import { list } from './markdown.js'

const ROOT = join(import.meta.dirname, '../../..')

/** What a figure depends on besides the code: as a list in Markdown. `tools` are asked for their versions. */
export function describeRun(tools: readonly (readonly [program: string, ...flags: string[]])[]): string {
  const cores = cpus()
  const [lastMinute = 0] = loadavg()
  return list([
    `command: \`node ${[relative(ROOT, argv[1] ?? ''), ...argv.slice(2)].join(' ')}\``,
    `code: ${firstLine('git', '-C', import.meta.dirname, 'describe', '--always', '--dirty')}`,
    `machine: ${cores.length} cores of ${cores[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}`,
    `versions: ${[`Node ${version}`, ...tools.map(([program, ...flags]) => firstLine(program, ...flags))].join('; ')}`,
    `others at work: load average ${lastMinute.toFixed(2)} in the minute before`,
  ])
}

/** The first line that a program prints about itself, some on stderr. */
function firstLine(program: string, ...flags: string[]): string {
  const { error, stdout, stderr } = spawnSync(program, flags, { encoding: 'utf8' })
  return error ? `${program} is not on this machine` : `${stdout}${stderr}`.split('\n', 1).join().replace(/\s+/g, ' ')
}
