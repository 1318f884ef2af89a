import { snowflakeMs } from '../tweet/snowflake.js'
import { MINUTE_MS } from '../utc.js'
import type { Book } from '../vault/book.js'
import { unheardOf, type Unheard } from '../vault/unheard.js'

/** X sends nearly all tweets within a minute of their making (docs.x.com): what was under way when the gap began is missing, too. */
const UNDER_WAY_MS = MINUTE_MS

/** Tweets that nobody has, by what the books say of the time in which they were made. */
export interface ExplainedLoss {
  /** By time; each with the tweets that were made in it. */
  readonly unheard: readonly (Unheard & { readonly tweets: number })[]
  /** Made when, by the books, somebody heard the stream: these would be a fault of ours. */
  readonly unexplained: number
}

/** Look up in the books when lost tweets were made, and whether anybody heard the stream then. */
export function explainLoss(lostIds: readonly string[], books: readonly Book[]): ExplainedLoss {
  const gaps = books
    .flatMap(({ listening, redundant }) => unheardOf(listening?.gaps ?? [], redundant))
    .sort((a, b) => a.fromMs - b.fromMs)
  const counts = new Map<Unheard, number>()
  let unexplained = 0
  for (const id of lostIds) {
    const gap = gapOf(snowflakeMs(id) ?? NaN, gaps)
    if (gap) counts.set(gap, (counts.get(gap) ?? 0) + 1)
    else unexplained += 1
  }
  return { unheard: [...counts].map(([gap, tweets]) => ({ ...gap, tweets })), unexplained }
}

const gapOf = (madeMs: number, gaps: readonly Unheard[]): Unheard | undefined =>
  gaps.find(({ fromMs, toMs }) => madeMs >= fromMs && madeMs < toMs) ??
  gaps.find(({ fromMs, toMs }) => madeMs >= fromMs - UNDER_WAY_MS && madeMs < toMs)

/** In lines for a person; none where nothing was lost. */
export function describeLoss({ unheard, unexplained }: ExplainedLoss): string {
  const rows = unheard.map(({ fromMs, toMs, reason, tweets }): [number, string] => [
    tweets,
    `made from ${time(fromMs)} to ${time(toMs)}, or on their way then, when nobody heard the stream: ${reason}`,
  ])
  if (unexplained > 0) rows.push([unexplained, 'that no book explains: please report this'])
  if (rows.length === 0) return ''
  const lines = rows.map(([tweets, words]) => `  ${tweets.toLocaleString('en-US').padStart(10)}  ${words}\n`)
  return `\nWhat was lost, by the books of its hours:\n${lines.join('')}`
}

const time = (ms: number): string => new Date(ms).toISOString().slice(11, 19)
