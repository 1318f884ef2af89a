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

/** The injected faults of a trace: `ENOSPC write`. */
export const failuresIn = async (path: string): Promise<string[]> =>
  (await readTrace(path)).flatMap(({ op, failed }) => (failed === undefined ? [] : [`${failed} ${op}`]))
