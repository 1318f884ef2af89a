import { readdirSync, readFileSync } from 'node:fs'

/** Of `/proc/PID/stat`; Linux has shown times in hundredths of a second to programs since 2.6. */
const TICK_MS = 10

/** What a process and all below it hold and have used, at one moment. */
export interface TreeSample {
  /** Resident memory of all of them; a page that two share counts twice. */
  readonly residentBytes: number
  /** Processor time of those children of the first process that have ended, in ms. */
  readonly endedChildrenCpuMs: number
}

/** Look at the processes from `root` down. A process that ends meanwhile counts as nothing. */
export function sampleTree(root: number): TreeSample {
  const pids = [root, ...descendants(root)]
  const residentBytes = pids.reduce((sum, pid) => sum + residentOf(pid), 0)
  return { residentBytes, endedChildrenCpuMs: endedChildrenCpuMs(root) }
}

/** The processes that `pid` started itself. */
export function childrenOf(pid: number): number[] {
  return tasksOf(pid).flatMap((task) => readOr(`/proc/${pid}/task/${task}/children`, '').split(' ').flatMap(toPid))
}

const descendants = (pid: number): number[] =>
  childrenOf(pid)
    .filter((child) => commandLine(child) !== commandLine(pid))
    .flatMap((child) => [child, ...descendants(child)])

/** Between fork and exec a child has its parent's command line still, and its parent's memory: not its own. */
const commandLine = (pid: number): string => readOr(`/proc/${pid}/cmdline`, '')

const toPid = (text: string): number[] => (text === '' ? [] : [Number(text)])

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function residentOf(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readOr(`/proc/${pid}/status`, '')) ?? []
  return Number(kilobytes) * 1024
}

/**
 * Processor time of those children of a process that have ended, and of all below them, in ms.
 * Fields 16 and 17 of proc(5): `cutime` and `cstime`; the second field is the name in parentheses, blanks and all.
 */
export function endedChildrenCpuMs(pid: number): number {
  const stat = readOr(`/proc/${pid}/stat`, '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * TICK_MS
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return fallback
  }
}
