import { preferredCopy } from '../tweet/preferred-copy.js'
import type { MergedRow, Row, Servers } from '../tweet/row.js'
import { compareIds } from '../tweet/snowflake.js'
import type { Server } from './input-file.js'
import { countArchived, type Tally } from './tally.js'

/** A server's copy of a tweet. */
export interface Copy {
  readonly row: Row
  readonly server: Server
}

interface Merging {
  best: Copy
  has: Record<Server, boolean>
}

/**
 * Every tweet that either server has, by ID, each once: those archived before and the new copies of one bucket. Counts
 * the repeated copies and the archived tweets into `tally`.
 */
export function mergeBucket(archived: readonly MergedRow[], copies: readonly Copy[], tally: Tally): MergedRow[] {
  const tweets = new Map<string, Merging>(archived.map((row) => [row.id, fromArchive(row)]))
  for (const copy of copies) {
    const known = tweets.get(copy.row.id)
    if (known?.has[copy.server]) tally.servers[copy.server].repeated += 1
    if (known) {
      known.best = preferredCopy(known.best, copy)
      known.has[copy.server] = true
    } else tweets.set(copy.row.id, { best: copy, has: { 1: copy.server === 1, 2: copy.server === 2 } })
  }
  const merged = [...tweets.values()].map(({ best, has }) => ({ ...best.row, servers: serversOf(has) }))
  for (const { servers } of merged) countArchived(tally, servers)
  return merged.sort((a, b) => compareIds(a.id, b.id))
}

/** A row with a 1 in `servers` is server 1's copy. */
function fromArchive(row: MergedRow): Merging {
  const has = { 1: row.servers !== '2', 2: row.servers !== '1' }
  return { best: { row, server: has[1] ? 1 : 2 }, has }
}

const serversOf = (has: Record<Server, boolean>): Servers => (has[1] ? (has[2] ? '12' : '1') : '2')
