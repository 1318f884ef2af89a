import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stdout } from 'node:process'
import { dayName } from '../../src/utc.js'

const FOLDER = join(import.meta.dirname, '../../../bench/results')

/** Print what a bench found; with `save` also into `bench/results/NAME-DAY.md`. */
export async function giveResults(name: string, markdown: string, { save }: { save: boolean }): Promise<void> {
  stdout.write(`${markdown}\n`)
  if (save) await saveResults(name, markdown)
}

/** Put results into `bench/results/NAME-DAY.md`. */
export async function saveResults(name: string, markdown: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  await writeFile(join(FOLDER, `${name}-${dayName(Date.now())}.md`), `${markdown}\n`)
}
