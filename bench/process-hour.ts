/** Measures process-hour beside other ways to the same archive; bench/README.md says how to run and read it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { stderr } from 'node:process'
import { parseArgs } from 'node:util'
import { toolMissing } from '../test/support/require-tool.js'
import { comparison } from './process-hour/comparison.js'
import { growth } from './process-hour/growth.js'
import { kindOfText, type HourRecipe } from './support/deliveries.js'
import { describeRun } from './support/machine.js'
import { madeHour } from './support/made-hour.js'
import { megabytes, whole } from './support/markdown.js'
import { giveResults } from './support/results.js'

const { values: flags } = parseArgs({
  options: {
    tweets: { type: 'string', default: '20000' },
    fields: { type: 'string', default: 'lean' },
    overlap: { type: 'string', default: '0.97' },
    seed: { type: 'string', default: '1' },
    preset: { type: 'string', default: '6' },
    text: { type: 'string', default: 'reworded' },
    pairs: { type: 'string', default: '1' },
    growth: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
})

const missing = toolMissing('xz')
if (missing !== undefined) throw new Error(`${missing} (Debian: xz-utils): there is nothing to compare with`)

const recipe: HourRecipe = {
  tweets: Number(flags.tweets),
  fields: flags.fields === 'full' ? 'full' : 'lean',
  overlap: Number(flags.overlap),
  seed: Number(flags.seed),
  text: kindOfText(flags.text),
}
const pairs = Number(flags.pairs)
const tell = (what: string) => stderr.write(`${what}\n`)
const run = describeRun([
  ['xz', '--version'],
  ['jq', '--version'],
  ['python3', '--version'],
])

tell('the hour')
const hour = await madeHour(recipe)
const folder = await mkdtemp(join(tmpdir(), 'collector-bench-'))
try {
  const sections = [
    '# process-hour beside other ways',
    run,
    `One hour, ${recipe.fields} fields, text ${recipe.text}: ${whole(hour.lines)} lines (${megabytes(hour.bytes)} MB) of two servers, ${whole(hour.tweets)} different tweets.`,
    ...(pairs > 0
      ? [
          await comparison(
            { hour, preset: flags.preset === 'fast' ? 'fast' : Number(flags.preset), folder },
            pairs,
            tell,
          ),
        ]
      : []),
    ...(flags.growth ? ['### Growth, preset 0', await growth(recipe, folder, tell)] : []),
  ]
  await giveResults('process-hour', sections.join('\n\n'), flags)
} finally {
  await rm(folder, { recursive: true, force: true })
}
