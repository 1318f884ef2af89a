import { readFileSync } from 'node:fs'

/** Of `/proc/PID/stat`; Linux shows times in hundredths of a second and memory in pages of 4 KiB. */
const TICK_MS = 10
const PAGE_BYTES = 4096

export interface Use {
  readonly cpuMs: number
  readonly residentBytes: number
}

/** What processes have used of the processor so far, and hold of memory now, together. See proc(5). */
export function useOf(pids: readonly number[]): Use {
  const uses = pids.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [user = 0, system = 0] = fields.slice(11, 13)
    return { cpuMs: (user + system) * TICK_MS, residentBytes: (fields[21] ?? 0) * PAGE_BYTES }
  })
  return {
    cpuMs: uses.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    residentBytes: uses.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
  }
}
