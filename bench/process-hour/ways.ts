import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Preset } from '../../src/vault/codec.js'
import { hashFile } from '../../src/durable/hash.js'
import { toolMissing } from '../../test/support/require-tool.js'
import type { MadeHour } from '../support/made-hour.js'
import { duckdbWay } from './duckdb-way.js'
import { modelWay } from './model-way.js'
import { processHour, type Archived, type OurOptions } from './our-way.js'
import { oneThread, xzInTurn } from './xz-in-turn.js'

/** What the ways work on. */
export interface Work {
  readonly hour: MadeHour
  /** Of xz, for every way. */
  readonly preset: Preset
  /** Of our archive: IDs, tweets and users. */
  readonly contents: readonly string[]
  /** For what they leave; each takes a place of its own below it. */
  readonly folder: string
}

interface Way {
  readonly name: string
  /** Programs without which it is left out. */
  readonly needs: readonly string[]
  readonly run: (work: Work) => Promise<Archived>
}

/** What a way took, or why it was left out. */
export type Taken = { name: string; took: Archived } | { name: string; leftOut: string }

export const OURS: Omit<OurOptions, 'preset'> = { compressor: 'auto', threads: 0 }

export const FLOOR = `floor: processor time of \`xz -T1\`, on ${availableParallelism()} cores`
export const DUCKDB = 'DuckDB, xz'

/** Other ways to the same archive, for comparison. */
export const otherWays: readonly Way[] = [
  {
    name: 'process-hour, `compressor = lzma-native`',
    needs: [],
    run: ({ hour, preset, folder }) =>
      processHour(hour, join(folder, 'lzma-native'), { ...OURS, preset, compressor: 'lzma-native' }),
  },
  {
    name: FLOOR,
    needs: ['xz'],
    run: async ({ contents, preset }) => {
      const alone = await xzInTurn(contents, oneThread(preset))
      return { ...alone, wallMs: alone.cpuMs / availableParallelism() }
    },
  },
  {
    name: "the model's way: jq, Python, xz",
    needs: ['jq', 'python3', 'xz'],
    run: (work) => sameIds(work, join(work.folder, 'model'), modelWay),
  },
  { name: DUCKDB, needs: ['xz'], run: (work) => sameIds(work, join(work.folder, 'duckdb'), duckdbWay) },
]

/** Go one of the ways. */
export async function take({ name, needs, run }: Way, work: Work): Promise<Taken> {
  const missing = needs.map(toolMissing).filter((reason) => reason !== undefined)
  return missing.length > 0 ? { name, leftOut: missing.join(', ') } : { name, took: await run(work) }
}

/** @throws Error where a way comes to other tweets than we do: then it did other work */
async function sameIds(
  { hour, preset, contents }: Work,
  folder: string,
  way: (hour: MadeHour, folder: string, preset: Preset) => Promise<Archived>,
): Promise<Archived> {
  const archived = await way(hour, folder, preset)
  const [theirs, ours] = await Promise.all([hashFile(join(folder, 'IDs.txt')), hashFile(contents[0] ?? '')])
  if (theirs.sha256 !== ours.sha256) throw new Error(`${folder}/IDs.txt is not ${contents[0]}`)
  return archived
}
