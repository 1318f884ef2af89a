import { readFile } from 'node:fs/promises'
import type { DiskEvent } from '../../src/durable/disk-trace.js'

/** The operations in order; a line that a kill has torn is left out. */
export async function readTrace(path: string): Promise<DiskEvent[]> {
  const text = await readFile(path, 'utf8')
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as DiskEvent]
    } catch {
      return []
    }
  })
}

/** An injected fault of the disk that has fired. */
export interface DiskFailure {
  /** `ENOSPC write` */
  readonly what: string
  readonly path: string
}

/** The injected faults of a trace, in order. */
export const failuresIn = async (path: string): Promise<DiskFailure[]> =>
  (await readTrace(path)).flatMap(({ op, failed, path: file }) =>
    failed === undefined ? [] : [{ what: `${failed} ${op}`, path: file }],
  )
