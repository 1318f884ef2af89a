import { readJournal, journalDays } from '../../src/spool/journal.js'

/** From one moment up to another, ms since 1970. */
export interface Span {
  readonly from: number
  readonly to: number
}

interface Margins {
  readonly deaths: readonly number[]
  readonly until: number
  readonly beginMs: number
  readonly marginMs: number
}

/**
 * The spans in which a collector certainly got what X sent, by its own journal: from `beginMs` after each `connected`, for
 * a stream begins a moment after its answer, to `marginMs` before that connection's end, for what was under way at the end
 * may have been lost with it. `deaths` are the moments of its kill -9, which no journal has.
 */
export async function coverage(spool: string, { deaths, until, beginMs, marginMs }: Margins): Promise<Span[]> {
  const spans: Span[] = []
  let from: number | undefined
  const end = (at: number) => {
    if (from !== undefined && at - marginMs > from) spans.push({ from, to: at - marginMs })
    from = undefined
  }
  for (const { at, event } of await lifeOf(spool, deaths)) {
    if (event === 'connected') {
      end(at)
      from = at + beginMs
    } else end(at)
  }
  end(until)
  return spans
}

async function lifeOf(spool: string, deaths: readonly number[]): Promise<{ at: number; event: string }[]> {
  const life = deaths.map((at) => ({ at, event: 'killed' }))
  for (const day of await journalDays(spool))
    for await (const { at, event } of readJournal(spool, day))
      if (['started', 'stopped', 'connected', 'disconnected'].includes(event)) life.push({ at: Date.parse(at), event })
  return life.sort((a, b) => a.at - b.at)
}

export const isCovered = (spans: readonly Span[], ms: number): boolean =>
  spans.some(({ from, to }) => ms >= from && ms < to)
