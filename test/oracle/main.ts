/**
 * `node build/test/oracle/main.js --runs N --seed S [--parallel P] [--save]`: exits with 1 where a run has broken a promise.
 * With `--save` what it said is also put into `bench/results/oracle-DAY.md`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeRun } from '../../bench/support/machine.js'
import { saveResults } from '../../bench/support/results.js'
import { runSeries } from './series.js'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    parallel: { type: 'string', default: '2' },
    save: { type: 'boolean', default: false },
  },
})
const description = describeRun([])
let said = ''
function say(text: string): void {
  process.stdout.write(text)
  said += text
}
const root = await mkdtemp(join(tmpdir(), 'collector-oracle-'))
const began = performance.now()
const tally = await runSeries({
  root,
  firstSeed: Number(values.seed),
  runs: Number(values.runs),
  parallel: Number(values.parallel),
  say,
})
say(tally.text((performance.now() - began) / 1000))
if (values.save) await saveResults('oracle', `# The oracle\n\n${description}\n\n\`\`\`\n${said}\`\`\``)
if (tally.failed === 0) await rm(root, { recursive: true })
process.exitCode = tally.failed === 0 ? 0 : 1
