import { HOUR_MS } from '../utc.js'
import type { Server } from './input-file.js'

/** What decides whether an hour may be archived. */
export interface Progress {
  readonly hour: number
  /** Minutes that server 1's collector still holds open. */
  readonly openFiles: number
  /** Whether server 2 has delivered all that its batch lists, and its batch is final; true where there is no server 2. */
  readonly server2Complete: boolean
}

export type Readiness =
  | { kind: 'early' }
  | { kind: 'waiting'; reason: string }
  /** `missing`: those for whom the wait is over. */
  | { kind: 'ready'; missing: Server[] }

/** Whether an hour can be archived now: once its late window is over and both servers are there, or waited for long enough. */
export function readiness(
  { hour, openFiles, server2Complete }: Progress,
  { nowMs, lateMs, waitMs }: { nowMs: number; lateMs: number; waitMs: number },
): Readiness {
  const end = hour + HOUR_MS
  if (nowMs < end + lateMs) return { kind: 'early' }
  const missing: Server[] = [...(openFiles > 0 ? ([1] as const) : []), ...(server2Complete ? [] : ([2] as const))]
  if (missing.length === 0 || nowMs >= end + waitMs) return { kind: 'ready', missing }
  const reasons = {
    1: `server 1's collector has ${openFiles} of its minutes open`,
    2: 'server 2 has not delivered all of it',
  }
  return { kind: 'waiting', reason: missing.map((server) => reasons[server]).join(', ') }
}
