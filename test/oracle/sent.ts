import { hash } from 'node:crypto'
import type { Connect } from '../../src/simulator/x/client.js'

/** A tweet that the simulator has sent on a connection. */
export interface Sent {
  readonly id: string
}

/** A connection, and what was sent on it, in order. */
export interface SentOnConnect {
  readonly connect: Connect
  readonly tweets: readonly Sent[]
}

/** What X sent: the truth that a spool is compared with. */
export class SentLedger {
  readonly #onConnects = new Map<Connect, Sent[]>()
  readonly #hashes = new Map<string, string>()
  readonly #times = new Map<string, number>()

  readonly add = (connect: Connect, id: string, line: Uint8Array): void => {
    const tweets = this.#onConnects.get(connect) ?? []
    this.#onConnects.set(connect, tweets)
    tweets.push({ id })
    this.#times.set(id, (this.#times.get(id) ?? 0) + 1)
    if (!this.#hashes.has(id)) this.#hashes.set(id, lineHash(line))
  }

  get connects(): SentOnConnect[] {
    return Array.from(this.#onConnects, ([connect, tweets]) => ({ connect, tweets }))
  }

  get ids(): Iterable<string> {
    return this.#times.keys()
  }

  /** How often a tweet was sent. */
  times(id: string): number {
    return this.#times.get(id) ?? 0
  }

  /** Of the line as it was sent. */
  hashOf(id: string): string | undefined {
    return this.#hashes.get(id)
  }
}

export const lineHash = (line: Uint8Array): string => hash('sha256', line, 'base64')
