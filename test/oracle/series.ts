import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { judge } from './judge.js'
import { drawPlan } from './plan.js'
import { copyProgram } from './program-copy.js'
import { carryOut } from './run.js'
import { Tally } from './tally.js'

export interface SeriesOptions {
  /** For all that the runs leave; of a run that was as promised nothing is left. */
  readonly root: string
  readonly firstSeed: number
  readonly runs: number
  /** So many at a time. */
  readonly parallel: number
  readonly say: (text: string) => void
}

/** Carry out and judge a run for each of the seeds, and say of each what became of it. */
export async function runSeries({ root, firstSeed, runs, parallel, say }: SeriesOptions): Promise<Tally> {
  const main = await copyProgram(join(root, 'program'))
  const tally = new Tally()
  const seeds = Array.from({ length: runs }, (_, index) => firstSeed + index).values()
  const work = async () => {
    for (const seed of seeds) {
      const folder = join(root, `seed-${seed}`)
      const plan = drawPlan(seed)
      const evidence = await carryOut(plan, folder, main, join(root, 'cache'))
      const complaints = await judge(evidence)
      tally.add(evidence, complaints)
      say(`seed ${seed}: ${complaints.length > 0 ? 'FAILED' : 'ok'} (${tally.lastLine(evidence)})\n`)
      if (complaints.length === 0) await rm(folder, { recursive: true })
      else
        say([...complaints, `folder ${folder}`, `plan ${JSON.stringify(plan)}`].map((text) => `  ${text}\n`).join(''))
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))
  return tally
}
