import { join } from 'node:path'
import type { HourRecipe } from '../support/deliveries.js'
import { madeHour } from '../support/made-hour.js'
import { megabytes, seconds, table, whole } from '../support/markdown.js'
import { budgetTable } from './budgets.js'
import { processHour, type OurRun } from './our-way.js'
import { OURS } from './ways.js'

const FACTORS = [1, 3, 10] as const

interface Grown {
  readonly factor: number
  readonly lines: number
  readonly bytes: number
  readonly run: OurRun
}

/** How time and memory of process-hour grow with the hour, at preset 0 so that `xz` does not hide it; as Markdown. */
export async function growth(recipe: HourRecipe, folder: string, tell: (what: string) => void): Promise<string> {
  const all: Grown[] = []
  for (const factor of FACTORS) {
    tell(`an hour of ${factor} times as many tweets`)
    const hour = await madeHour({ ...recipe, tweets: recipe.tweets * factor })
    const run = await processHour(hour, join(folder, 'growth'), { ...OURS, preset: 0 })
    all.push({ factor, lines: hour.lines, bytes: hour.bytes, run })
  }
  return [growthTable(all), memoryBudget(all)].join('\n\n')
}

const growthTable = (all: readonly Grown[]): string =>
  table(
    ['', 'lines', 'input MB', 'wall s', 'processor s', 'but for xz, µs a line', 'peak memory MB'],
    all.map(({ factor, lines, bytes, run }) => [
      `${factor}x`,
      whole(lines),
      megabytes(bytes),
      seconds(run.wallMs),
      seconds(run.cpuMs),
      (((run.cpuMs - run.childrenCpuMs) / lines) * 1000).toFixed(1),
      megabytes(run.peakBytes),
    ]),
  )

function memoryBudget(all: readonly Grown[]): string {
  const more = (all.at(-1)?.run.peakBytes ?? NaN) - (all[0]?.run.peakBytes ?? NaN)
  return budgetTable([
    { name: 'memory at 10x, more than at 1x, in MB', wanted: '200', measured: megabytes(more), met: more <= 200e6 },
  ])
}
