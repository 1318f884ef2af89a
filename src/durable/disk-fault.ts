import { traced, type DiskOp } from './disk-trace.js'

interface DiskFault {
  readonly code: string
  readonly op: string
  /** Of the operations that it concerns: the first, from 1, that fails. */
  readonly from: number
  readonly times: number
  /** Only paths that have this in them. */
  readonly only: string
  seen: number
}

let faults: DiskFault[] = []
let onOperation: ((op: DiskOp, path: string) => void) | undefined

/**
 * Have operations on the disk fail: `CODE:OP:FROM:TIMES` or `CODE:OP:FROM:TIMES:PART_OF_PATH`, several with commas
 * between, such as `ENOSPC:write:7:20`. Without a text nothing fails.
 * @throws Error where the text has another form
 */
export function armDiskFaults(text: string | undefined): void {
  faults = text ? text.split(',').map(parseFault) : []
}

function parseFault(text: string): DiskFault {
  const [, code, op, from, times, only] = /^(E[A-Z]+):([a-z-]+):(\d+):(\d+)(?::(.+))?$/.exec(text) ?? []
  if (code === undefined || op === undefined)
    throw new Error(
      `COLLECTOR_DISK_FAULT has "${text}"; it wants CODE:OP:FROM:TIMES or CODE:OP:FROM:TIMES:PART_OF_PATH`,
    )
  return { code, op, from: Number(from), times: Number(times), only: only ?? '', seen: 0 }
}

/** Tell `listener` of every operation just before it is done, so that each can be made to fail in turn. */
export function watchDisk(listener: ((op: DiskOp, path: string) => void) | undefined): void {
  onOperation = listener
}

/** The error that an operation is to fail with, if any; it counts as fired. */
export function dueFault(op: DiskOp, path: string): Error | undefined {
  onOperation?.(op, path)
  let due: DiskFault | undefined
  for (const fault of faults) {
    if (fault.op !== op || !path.includes(fault.only)) continue
    fault.seen += 1
    if (fault.seen >= fault.from && fault.seen < fault.from + fault.times) due ??= fault
  }
  if (!due) return undefined
  traced({ op, path, failed: due.code })
  return Object.assign(new Error(`${due.code}: injected, ${op} '${path}'`), {
    code: due.code,
    errno: -1,
    syscall: op,
    path,
  })
}
