/** A tweet as it is archived. */
export interface Row {
  readonly id: string
  /** One text a column of `rowColumns`; absent and null are empty. */
  readonly cells: readonly string[]
  /** When this copy was received, in ms since 1970; `Infinity` where the line does not say. */
  readonly retrievedMs: number
}

/** Which servers delivered a tweet, as it stands in the last column. */
export type Servers = '1' | '2' | '12'

export interface MergedRow extends Row {
  readonly servers: Servers
}

/** A row's `retrievedMs`, of its `retrieved_at`. A time without an offset would depend on this machine's zone: none. */
export function retrievedMs(retrievedAt: string): number {
  // Of some forty tweets a second, one after the other, all say the same.
  if (retrievedAt !== last.text) last = { text: retrievedAt, ms: parsedMs(retrievedAt) }
  return last.ms
}

let last = { text: '', ms: Infinity }

function parsedMs(retrievedAt: string): number {
  const ms = /T.*(?:Z|[+-]\d\d:\d\d)$/.test(retrievedAt) ? Date.parse(retrievedAt) : NaN
  return Number.isNaN(ms) ? Infinity : ms
}
