import type { Stats } from 'node:fs'
import { OperatorError } from '../operator-error.js'

/** Where a file of ours belongs lies something that is none: a folder, a pipe, a device, or one larger than any of its kind. */
export class NoFileError extends OperatorError {
  readonly path: string
  /** What is wrong with it: `is a pipe`. */
  readonly fault: string

  constructor(path: string, fault: string) {
    super(`${path} ${fault}, where a file belongs: move it away`)
    this.path = path
    this.fault = fault
  }
}

/** What `stats` is where it is no regular file; `undefined` for a file. */
export function noFile(path: string, stats: Pick<Stats, 'isFile' | 'isDirectory' | 'isFIFO'>): NoFileError | undefined {
  if (stats.isFile()) return undefined
  const kind = stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a pipe' : 'a device or socket'
  return new NoFileError(path, `is ${kind}`)
}
