/** `node build/test/oracle/main.js --runs N --seed S [--parallel P]`: exits with 1 where a run has broken a promise. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runSeries } from './series.js'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    parallel: { type: 'string', default: '2' },
  },
})
const say = (text: string) => void process.stdout.write(text)
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
if (tally.failed === 0) await rm(root, { recursive: true })
process.exitCode = tally.failed === 0 ? 0 : 1
