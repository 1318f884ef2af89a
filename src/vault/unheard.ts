import type { BookedGap } from './listening.js'

/** A time in which nobody heard the stream, in ms since 1970. */
export interface Unheard {
  readonly fromMs: number
  readonly toMs: number
  /** Why; of both servers where they had different reasons. */
  readonly reason: string
}

/** What is in a gap of the one server, or of both. `redundant`: whether the hour had two servers. */
export function unheardOf(gaps: readonly BookedGap[], redundant: boolean): Unheard[] {
  const ofServer = (server: 1 | 2) => gaps.filter((gap) => gap.server === server).map(unheard)
  const [first, second] = [ofServer(1), ofServer(2)]
  return redundant ? first.flatMap((one) => second.flatMap((other) => common(one, other))) : first
}

const unheard = ({ from, to, reason }: BookedGap): Unheard => ({
  fromMs: Date.parse(from),
  toMs: Date.parse(to),
  reason,
})

function common(first: Unheard, second: Unheard): Unheard[] {
  const [fromMs, toMs] = [Math.max(first.fromMs, second.fromMs), Math.min(first.toMs, second.toMs)]
  const reason = first.reason === second.reason ? first.reason : `1: ${first.reason}, 2: ${second.reason}`
  return fromMs < toMs ? [{ fromMs, toMs, reason }] : []
}
