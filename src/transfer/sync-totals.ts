import type { OperatorError } from '../operator-error.js'

/** What a sync has done so far. */
export interface SyncTotals {
  /** Hours that were looked at: those that are not finished, and those of which files are still kept here. */
  hours: number
  /** Minute files. */
  readonly sent: { files: number; bytes: number }
  batches: number
  /** Minute files that were removed here, on receipts. */
  removed: number
  /** Minute files here that no receipt named when the run began. */
  waiting: number
  /** Minute files that server 1 had refused, and that were due again. */
  refused: number
  /** Hours, or other things, that were left for the next run for a fault of their own, which the log tells. */
  readonly failed: string[]
  /** Why, each fault once. */
  readonly reasons: string[]
  /** What an operator should look after, in whole sentences; the log has them too. */
  readonly warnings: string[]
  /** Whether the run was asked to stop before its end. */
  stopped: boolean
  /** Server 1 lets nothing be made in remote_folder itself. */
  denied?: OperatorError
}

export const noTotals = (): SyncTotals => ({
  hours: 0,
  sent: { files: 0, bytes: 0 },
  batches: 0,
  removed: 0,
  waiting: 0,
  refused: 0,
  failed: [],
  reasons: [],
  warnings: [],
  stopped: false,
})
