import { csvLine } from '../../tweet/csv-line.js'
import { HOUR_MS, isoSeconds, SECOND_MS } from '../../utc.js'
import { unheardOf } from '../../vault/unheard.js'
import type { Dataset, DatasetHour } from './dataset.js'
import { gapFields } from './fields.js'

export const GAPS_TABLE = 'gaps.csv'

/** A time in which a server (`1`, `2`) heard nothing, or nobody did (`12`, with two servers), in ms since 1970. */
export interface DatasetGap {
  readonly fromMs: number
  readonly toMs: number
  readonly server: '1' | '2' | '12'
  readonly reason: string
}

/** `gaps.csv`: every time in which a server, or nobody, is known or must be feared to have heard nothing. */
export const gapsTable = (dataset: Dataset): string =>
  [
    gapFields.map(({ name }) => name),
    ...gapsOf(dataset).map(({ fromMs, toMs, server, reason }) => [
      isoSeconds(Math.floor(fromMs / SECOND_MS) * SECOND_MS),
      isoSeconds(Math.ceil(toMs / SECOND_MS) * SECOND_MS),
      server,
      reason,
    ]),
  ]
    .map(csvLine)
    .join('')

/** By their beginnings; those that go on from hour to hour as one. */
export function gapsOf({ hours, redundant }: Dataset): DatasetGap[] {
  const open = new Map<string, { -readonly [Key in keyof DatasetGap]: DatasetGap[Key] }>()
  const found: DatasetGap[] = []
  for (const gap of hours.flatMap((hour) => gapsOfHour(hour, redundant))) {
    const key = `${gap.server} ${gap.reason}`
    const before = open.get(key)
    if (before?.toMs === gap.fromMs) before.toMs = gap.toMs
    else {
      const added = { ...gap }
      open.set(key, added)
      found.push(added)
    }
  }
  return found.sort((a, b) => a.fromMs - b.fromMs || (a.server < b.server ? -1 : 1))
}

/** Times that nobody heard: of the one server, or of both. */
export const unheard = (dataset: Dataset): DatasetGap[] =>
  gapsOf(dataset).filter(({ server }) => server === (dataset.redundant ? '12' : '1'))

function gapsOfHour({ hour, state, facts }: DatasetHour, redundant: boolean): DatasetGap[] {
  const nobody = redundant ? '12' : '1'
  const whole = { fromMs: hour, toMs: hour + HOUR_MS }
  if (!facts) return [{ ...whole, server: nobody, reason: state }]
  if (!facts.listening) return [{ ...whole, server: nobody, reason: 'not known' }]
  const gaps = facts.listening.gaps.map(({ from, to, server, reason }): DatasetGap => ({
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    server: server === 1 ? '1' : '2',
    reason,
  }))
  if (!redundant) return gaps
  const both = unheardOf(facts.listening.gaps, facts.redundant)
  return [...gaps, ...both.map((gap): DatasetGap => ({ ...gap, server: '12' }))]
}
