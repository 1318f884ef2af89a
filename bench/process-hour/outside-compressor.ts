import { join } from 'node:path'
import { execPath } from 'node:process'
import { HOUR } from '../support/deliveries.js'
import type { MadeHour } from '../support/made-hour.js'
import { minuteFiles } from '../../src/spool/spool-files.js'
import { measure } from '../support/measure.js'
import { bytesOf, type OurRun } from './our-way.js'

/** Where the processor time of a run goes that is not the compressor's, in ms. */
export interface OutsideCompressor {
  /** All that the run took but for the `xz` processes. */
  readonly cpuMs: number
  /** SHA-256 of the input, of the content and of the archive files, once each. */
  readonly hashingMs: number
  /** Decompressing the archive files. */
  readonly readBackMs: number
}

/** Split a run with `xz` as compressor; `contents` are its archive files' contents. */
export async function outsideCompressor(
  hour: MadeHour,
  run: OurRun,
  contents: readonly string[],
): Promise<OutsideCompressor> {
  const inputs = (await Promise.all([1, 2].map((server) => minuteFiles(hour.spools[server as 1 | 2], HOUR)))).flat()
  const hashing = await runTool('hash-files.js', [...inputs.map(({ path }) => path), ...contents, ...run.archives])
  const readBack = await runTool('read-back.js', run.archives)
  if (Number(readBack.stdout) !== (await bytesOf(contents)))
    throw new Error(`read-back.js read ${readBack.stdout.trim()} bytes of ${run.archives.join(' ')}`)
  return { cpuMs: run.cpuMs - run.childrenCpuMs, hashingMs: hashing.cpuMs, readBackMs: readBack.cpuMs }
}

const runTool = (name: string, files: readonly string[]) =>
  measure({ program: execPath, arguments: [join(import.meta.dirname, name), ...files] })

/** What is left for reading, parsing, merging and writing. */
export const restMs = ({ cpuMs, hashingMs, readBackMs }: OutsideCompressor): number => cpuMs - hashingMs - readBackMs
