import { csvLine } from './csv-line.js'
import type { Row } from './row.js'

/** One server's copy of a tweet. */
export interface Copy {
  readonly row: Row
  readonly server: 1 | 2
}

/**
 * Which of two copies of a tweet is archived: server 1's before server 2's, then the one received first, then the one
 * whose line is bytewise smaller. The answer depends on the copies alone, not on which is named first.
 */
export function preferredCopy<Either extends Copy>(a: Either, b: Either): Either {
  return compareCopies(a, b) <= 0 ? a : b
}

function compareCopies(a: Copy, b: Copy): number {
  if (a.server !== b.server) return a.server - b.server
  if (a.row.retrievedMs !== b.row.retrievedMs) return a.row.retrievedMs < b.row.retrievedMs ? -1 : 1
  return Buffer.compare(Buffer.from(csvLine(a.row.cells)), Buffer.from(csvLine(b.row.cells)))
}
