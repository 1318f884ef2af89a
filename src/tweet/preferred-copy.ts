/** One server's copy of a tweet. */
export interface Copy {
  readonly server: 1 | 2
  /** When it was received; `Infinity` where the line does not say. */
  readonly retrievedMs: number
  /** Its line of tweets.csv without the last column. */
  readonly row: Uint8Array
  /** As X sent it; only where lines are kept. */
  readonly line?: Uint8Array
}

/**
 * Whether `a` is archived rather than `b`: server 1's copy before server 2's, then the one received first, then the one
 * whose row is bytewise smaller; of equal rows the one whose line is there, and is bytewise smaller.
 */
export const isPreferred = (a: Copy, b: Copy): boolean => compareCopies(a, b) < 0

function compareCopies(a: Copy, b: Copy): number {
  if (a.server !== b.server) return a.server - b.server
  if (a.retrievedMs !== b.retrievedMs) return a.retrievedMs < b.retrievedMs ? -1 : 1
  return Buffer.compare(a.row, b.row) || compareLines(a.line, b.line)
}

function compareLines(a: Uint8Array | undefined, b: Uint8Array | undefined): number {
  return a && b ? Buffer.compare(a, b) : Number(b !== undefined) - Number(a !== undefined)
}
