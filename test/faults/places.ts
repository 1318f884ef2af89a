import { watchDisk } from '../../src/durable/disk-fault.js'

/** A call to the file system that a command makes: the `nth` of its kind whose path has `part` in it. */
export interface Place {
  readonly op: string
  /** From the folder of the test on, so that it is found again in a copy. */
  readonly part: string
  readonly nth: number
}

export const CODES = [
  ...['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EIO'],
  ...['EMFILE', 'ENOTDIR', 'EISDIR', 'EINVAL', 'ENOENT', 'EPIPE'],
] as const

/** A call that a command repeats for one path fails at the first times only: the rest is more of the same. */
const MOST_OF_ONE_PATH = 2

/** The calls to the file system that `work` makes below `root`, in order. */
export async function placesOf(root: string, work: () => Promise<unknown>): Promise<Place[]> {
  const seen: { op: string; path: string }[] = []
  watchDisk((op, path) => {
    if (path.startsWith(`${root}/`)) seen.push({ op, path })
  })
  try {
    await work()
  } finally {
    watchDisk(undefined)
  }
  const places: Place[] = []
  for (const [index, { op, path }] of seen.entries()) {
    const same = seen.slice(0, index).filter((other) => other.op === op && other.path === path).length
    const part = path.slice(root.length + 1)
    const before = seen.slice(0, index).filter((other) => other.op === op && other.path.includes(part)).length
    // What is named by chance has another name in the next run.
    if (same < MOST_OF_ONE_PATH && !/[\da-f]{8}-[\da-f]{4}-/.test(part)) places.push({ op, part, nth: before + 1 })
  }
  return places
}

/** As `armDiskFaults` has it. */
export const faultAt = ({ op, part, nth }: Place, code: string, times = 1): string =>
  `${code}:${op}:${nth}:${times}:${part}`
