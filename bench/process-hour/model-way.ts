import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Preset } from '../../src/vault/codec.js'
import type { MadeHour } from '../support/made-hour.js'
import { inTurn, measure } from '../support/measure.js'
import type { Archived } from './our-way.js'
import { archiveTables } from './xz-in-turn.js'

const SOURCES = join(import.meta.dirname, '../../../bench/process-hour')
const FLATTEN = 'cat "$1"/*/*/*.jsonl | jq -r -f "$2" > "$3"'

/**
 * Archive the hour as the model does: every line through jq, one server after the other; both servers' rows merged in
 * Python, by its standard library; then xz.
 */
export async function modelWay(hour: MadeHour, folder: string, preset: Preset): Promise<Archived> {
  await mkdir(folder, { recursive: true })
  const rows = { 1: join(folder, 'server-1.csv'), 2: join(folder, 'server-2.csv') }
  const flatten = (server: 1 | 2) =>
    measure({
      program: 'sh',
      arguments: ['-c', FLATTEN, 'sh', hour.spools[server], join(SOURCES, 'model-flatten.jq'), rows[server]],
    })
  const flattened = [await flatten(1), await flatten(2)]
  const merged = await measure({
    program: 'python3',
    arguments: [join(SOURCES, 'model-merge.py'), rows[1], rows[2], folder],
  })
  return archiveTables(inTurn(...flattened, merged), folder, preset)
}
