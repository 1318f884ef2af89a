import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import type { VaultSettings } from '../settings/settings.js'
import type { Book } from '../vault/book.js'
import type { Reader } from './archive-content.js'

/** The book with its hour's state judged anew, by the journals as far as they tell. */
export type Rejudge = (book: Book) => Promise<Book>

/** What mending an hour works with. */
export interface MendContext {
  readonly vault: VaultSettings
  /** Server 1's spool. */
  readonly spool1: string
  /** Server 2's spool on this server, where there are two. */
  readonly spool2: string | undefined
  readonly redundant: boolean
  readonly rejudge: Rejudge
  readonly reader: Reader
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}
