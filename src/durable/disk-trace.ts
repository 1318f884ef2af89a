import { appendFileSync } from 'node:fs'

export type DiskOp =
  | 'create'
  | 'create-folder'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'rename'
  | 'remove'
  | 'remove-folder'
  | 'link'
  /** The names in a folder are put on the disk. */
  | 'sync-folder'
  /** A folder is locked. */
  | 'lock'
  /** Of these only injected faults are told. */
  | 'open'
  | 'read'
  | 'list'
  | 'stat'

/** Something that was done to a file, for whoever works out what a power cut would have left. */
export interface DiskEvent {
  readonly op: DiskOp
  readonly path: string
  /** The new name. */
  readonly to?: string
  /** Bytes: of the file after a write or a truncation; of what is on the disk after a sync. */
  readonly size?: number
  /** An injected fault has fired, and this was its code: nothing was done, or half of a write. */
  readonly failed?: string
}

let traceFile: string | undefined

/** From now on append what is done to the disk to `file`, one JSON line each, once it has been done. */
export function traceDisk(file: string | undefined): void {
  traceFile = file || undefined
}

export function traced(event: DiskEvent): void {
  if (traceFile !== undefined) appendFileSync(traceFile, `${JSON.stringify(event)}\n`)
}
