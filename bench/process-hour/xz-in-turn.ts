import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { Preset } from '../../src/vault/codec.js'
import { inTurn, measure, type Measure } from '../support/measure.js'
import { bytesOf, type Archived } from './our-way.js'

/** How `xz` is called for two threads and the blocks that our archive has. */
/** xz has no `fast`: ours stands beside its 6. */
const flag = (preset: Preset): string => `-${preset === 'fast' ? 6 : preset}`

export const twoThreads = (preset: Preset): string[] => [flag(preset), '-T2', '--block-size=8MiB']
export const oneThread = (preset: Preset): string[] => [flag(preset), '-T1']

/** Decompress files of the archive into `folder`; returns the contents' paths. */
export async function contentsOf(archives: readonly string[], folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const contents = archives.map((archive) => join(folder, basename(archive, '.xz')))
  for (const [index, archive] of archives.entries())
    await promisify(execFile)('sh', ['-c', 'xz -dc "$1" > "$2"', 'sh', archive, contents[index] ?? ''])
  return contents
}

/** Compress files with the `xz` program, one after the other. */
export async function xzInTurn(files: readonly string[], flags: readonly string[]): Promise<Archived> {
  const measures: Measure[] = []
  for (const file of files)
    measures.push(await measure({ program: 'xz', arguments: [...flags, '--keep', '--force', file] }))
  return { ...inTurn(...measures), outputBytes: await bytesOf(files.map((file) => `${file}.xz`)) }
}

/** Compress the tables that another way has left in `folder`, at the cost of `tables`. */
export async function archiveTables(tables: Measure, folder: string, preset: Preset): Promise<Archived> {
  const files = ['IDs.txt', 'tweets.csv', 'users.csv'].map((name) => join(folder, name))
  const compressed = await xzInTurn(files, twoThreads(preset))
  return { ...inTurn(tables, compressed), outputBytes: compressed.outputBytes, tables }
}
