import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeRun } from '../../bench/support/machine.js'
import { saveResults } from '../../bench/support/results.js'
import { soakTwoDays, type SoakResult } from './two-days.js'

/** Memory, where there is some to be had: what is tested here is not the disk, and fsync costs nothing there. */
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    save: { type: 'boolean', default: false },
  },
})
const first = Number(values.seed)
const description = describeRun([])
const lines: string[] = []
let failures = 0
function say(text: string): void {
  process.stdout.write(text)
  lines.push(text)
}
for (let seed = first; seed < first + Number(values.runs); seed += 1) {
  const began = performance.now()
  const root = await mkdtemp(join(BASE, `collector-soak-${seed}-`))
  const result = await soakTwoDays(join(root), seed)
  const isSound = result.findings.length === 0
  say(lineOf(result, (performance.now() - began) / 1000))
  if (isSound) await rm(root, { recursive: true, force: true })
  else {
    failures += 1
    await mkdir(root, { recursive: true })
    await writeFile(join(root, 'result.json'), JSON.stringify(result, null, 1))
    say(
      `${result.findings
        .slice(0, 10)
        .map((finding) => `    ${finding}\n`)
        .join('')}    kept: ${root}\n`,
    )
  }
}
say(`${values.runs} runs of two virtual days, ${failures} with findings\n`)
if (values.save) await saveResults('soak', `# Two virtual days\n\n${description}\n\n\`\`\`\n${lines.join('')}\`\`\``)
process.exitCode = failures === 0 ? 0 : 1

function lineOf({ seed, outages, faultsFired, tweets, revisions, findings }: SoakResult, seconds: number): string {
  const fired = Object.entries(faultsFired).map(([kind, count]) => `${kind}${count > 1 ? ` x${count}` : ''}`)
  const words = [
    `seed ${seed}: ${findings.length === 0 ? 'sound' : `${findings.length} FINDINGS`}`,
    `${tweets} tweets, ${revisions} later revisions, ${outages.length} outages`,
    `${seconds.toFixed(1)} s`,
    `faults fired: ${fired.join(', ') || 'none'}`,
  ]
  return `${words.join('; ')}\n`
}
