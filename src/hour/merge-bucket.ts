import { isPreferred } from '../tweet/preferred-copy.js'
import type { MergedRow, Servers } from '../tweet/row.js'
import { compareIds } from '../tweet/snowflake.js'
import type { EncodedRows, RowStore, StoredRow } from '../vault/encoded-rows.js'
import type { Server } from './input-file.js'

/** A server's copy of a tweet, whose row is made only where it is needed. */
export interface OfferedCopy {
  readonly id: string
  readonly server: Server
  /** Put its row into `store`. */
  keep(store: RowStore): StoredRow
  /** As X sent it; only where lines are kept. */
  line?(): Uint8Array
}

/** A tweet's archived row, and with it its line as X sent it, where lines are kept and this one was. */
export type KeptRow = MergedRow & { readonly line?: Uint8Array }

/** The copy of a tweet that is the best so far, and who has brought one. */
interface Merging {
  best: { readonly row: StoredRow; readonly server: Server; readonly line?: Uint8Array }
  readonly has: Record<Server, boolean>
}

/** Every tweet of a bucket that either server has, each once: those archived before, and the copies that are added. */
export class BucketMerge {
  readonly #store: RowStore
  readonly #tweets = new Map<string, Merging>()

  /** `store` is given over: nothing else may use it until the bucket is merged. */
  constructor(archived: readonly KeptRow[], store: RowStore) {
    store.clear()
    this.#store = store
    for (const kept of archived) {
      // A row with a 1 in `servers` is server 1's copy.
      const has = { 1: kept.servers !== '2', 2: kept.servers !== '1' }
      const best = { row: store.add(kept), server: has[1] ? 1 : 2, ...(kept.line && { line: kept.line }) } as const
      this.#tweets.set(kept.id, { best, has })
    }
  }

  /** Take another copy; answers whether its server has brought this tweet before. */
  add(copy: OfferedCopy): boolean {
    const { id, server } = copy
    const known = this.#tweets.get(id)
    if (!known) {
      this.#tweets.set(id, { best: this.#kept(copy), has: { 1: server === 1, 2: server === 2 } })
      return false
    }
    // Nothing of server 2 is preferred to what server 1 has: its row need not be made.
    if (known.best.server >= server) this.#compare(known, copy)
    return noteBrought(known, server)
  }

  /** The merged tweets, and the lines that were kept of them, by ID. */
  finish(): { merged: MergedTweet[]; rows: EncodedRows | undefined; lines: Uint8Array[] } {
    const merged = Array.from(this.#tweets.values(), ({ best, has }) => ({ ...best, servers: serversOf(has) }))
    merged.sort((a, b) => compareIds(a.row.id, b.row.id))
    return {
      merged,
      rows: merged.length === 0 ? undefined : this.#store.encode(merged),
      lines: merged.flatMap(({ line }) => line ?? []),
    }
  }

  #compare(known: Merging, copy: OfferedCopy): void {
    const other = this.#kept(copy)
    if (isPreferred(this.#bytesOf(other), this.#bytesOf(known.best))) known.best = other
  }

  #bytesOf({ row, ...copy }: Merging['best']) {
    return { ...copy, retrievedMs: row.retrievedMs, row: this.#store.tweetLine(row) }
  }

  #kept(copy: OfferedCopy): Merging['best'] {
    const line = copy.line?.()
    return { row: copy.keep(this.#store), server: copy.server, ...(line && { line }) }
  }
}

/** Answers whether `server` has brought it before. */
function noteBrought({ has }: Merging, server: Server): boolean {
  const repeated = has[server]
  has[server] = true
  return repeated
}

interface MergedTweet {
  readonly servers: Servers
}

const serversOf = (has: Record<Server, boolean>): Servers => (has[1] ? (has[2] ? '12' : '1') : '2')
