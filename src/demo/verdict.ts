import type { Servers } from '../tweet/row.js'

/** What came of the tweets that X sent: counts, and what each server would have lost without the other. */
export interface Verdict {
  readonly sent: number
  readonly archived: number
  readonly lost: number
  /** Those that were made and are not archived. */
  readonly lostIds: readonly string[]
  /** Archived and never sent, or archived twice: would be a fault of ours. */
  readonly strange: number
  readonly lostAlone: Record<1 | 2, number>
}

/** Hold the archived tweets against those that were made. */
export function judge(made: readonly string[], archived: readonly { id: string; servers: Servers }[]): Verdict {
  const servers = new Map(archived.map((tweet) => [tweet.id, tweet.servers]))
  const isMade = new Set(made)
  const without = (server: '1' | '2') => made.filter((id) => !servers.get(id)?.includes(server)).length
  const lostIds = made.filter((id) => !servers.has(id))
  return {
    sent: made.length,
    archived: archived.length,
    lost: lostIds.length,
    lostIds,
    strange: archived.filter(({ id }) => !isMade.has(id)).length + archived.length - servers.size,
    lostAlone: { 1: without('1'), 2: without('2') },
  }
}

/** The verdict in lines for a person. */
export function describeVerdict({ sent, archived, lost, strange, lostAlone }: Verdict): string {
  const rows: [string, number][] = [
    ['tweets sent by X', sent],
    ['archived', archived],
    ['lost', lost],
    ['archived, but never sent', strange],
    ['server 1 alone would have lost', lostAlone[1]],
    ['server 2 alone would have lost', lostAlone[2]],
  ]
  const words = Math.max(...rows.map(([label]) => label.length))
  return rows
    .map(([label, count]) => `  ${label.padEnd(words)}  ${count.toLocaleString('en-US').padStart(10)}\n`)
    .join('')
}
