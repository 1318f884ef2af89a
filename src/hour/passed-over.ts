import type { StrangeEntryError } from '../durable/strange-entry.js'
import type { Log } from '../log.js'

/** Something in a spool that no run reads: a link, a special file, too large, not to be opened. */
export interface PassedOverEntry {
  readonly entry: string
  readonly reason: string
}

/** Who fills a folder with strange things must not fill the log and the mails as well. */
const MOST_NAMED = 100

/** What a run has passed over, each entry once: logged, and kept for its result. */
export class PassedOver {
  readonly #log: Log
  readonly #entries = new Map<string, PassedOverEntry>()
  #more = 0

  constructor(log: Log) {
    this.#log = log
  }

  /** A run begins. */
  clear(): void {
    this.#entries.clear()
    this.#more = 0
  }

  readonly tell = ({ path, fault }: Pick<StrangeEntryError, 'path' | 'fault'>): void => {
    if (this.#entries.has(path)) return
    if (this.#entries.size >= MOST_NAMED) {
      this.#more += 1
      return
    }
    this.#entries.set(path, { entry: path, reason: fault })
    this.#log.warn({ entry: path, reason: fault }, 'passed over: look at it, and remove it or put right what it is')
  }

  get entries(): PassedOverEntry[] {
    const named = [...this.#entries.values()]
    return this.#more === 0 ? named : [...named, { entry: 'and more', reason: `${this.#more} times` }]
  }
}
