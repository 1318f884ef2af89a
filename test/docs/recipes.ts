import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { copyFile, mkdtemp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HOUR_NAME } from './nasty-hour.js'
import { Page } from './page.js'

const page = new Page('data.md')

/** How the recipes of docs/data.md are marked: "python pandas". */
export const marks: readonly string[] = page.marks

/** A recipe of docs/data.md, for the hour that the tests have. */
export const recipe = (mark: string): string => page.block(mark).replaceAll('HOUR', HOUR_NAME)

/** What stands under the heading that contains `words`. */
export const sectionOf = (words: string): string => page.section(words)

/** A folder of its own with the files of an hour's folder. */
export async function copyOfDay(from: string): Promise<string> {
  const folder = await mkdtemp(join(from, '..', 'day-'))
  for (const entry of await readdir(from, { withFileTypes: true }))
    if (entry.isFile()) await copyFile(join(from, entry.name), join(folder, entry.name))
  return folder
}

/** Run a program in `cwd` to its end. @throws Error with what it said, where it fails */
export function run(command: string, words: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  const options = { cwd, encoding: 'utf8', maxBuffer: 64 << 20, env: { ...process.env, ...env } } as const
  const { status, stdout, stderr, error }: SpawnSyncReturns<string> = spawnSync(command, words, options)
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${error?.message ?? ''}${stderr}${stdout}`)
  return stdout
}

/** Run a program in Python, and then `cells`, an expression of its table's rows (lists of texts): what these are. */
export const rowsByPython = (python: string, program: string, cells: string, cwd: string): unknown =>
  JSON.parse(run(python, ['-c', `${program}\nimport json\nprint(json.dumps(${cells}))`], cwd))
