import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath } from 'node:process'
import type { Preset } from '../../src/vault/codec.js'
import type { MadeHour } from '../support/made-hour.js'
import { measure } from '../support/measure.js'
import type { Archived } from './our-way.js'
import { archiveTables } from './xz-in-turn.js'

/** Let DuckDB read, merge and write the hour as CSV, then xz. */
export async function duckdbWay(hour: MadeHour, folder: string, preset: Preset): Promise<Archived> {
  await mkdir(folder, { recursive: true })
  const program = join(import.meta.dirname, 'duckdb-hour.js')
  const tables = await measure({ program: execPath, arguments: [program, hour.spools[1], hour.spools[2], folder] })
  return archiveTables(tables, folder, preset)
}
