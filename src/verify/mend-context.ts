import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import type { VaultSettings } from '../settings/settings.js'
import type { Reader } from './archive-content.js'

/** What mending an hour works with. */
export interface MendContext {
  readonly vault: VaultSettings
  /** Server 1's spool. */
  readonly spool1: string
  /** Server 2's spool on this server, where there are two. */
  readonly spool2: string | undefined
  readonly redundant: boolean
  readonly reader: Reader
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}
