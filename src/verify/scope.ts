import { createHash } from 'node:crypto'
import { dayName, hourName } from '../utc.js'

/** What of an archive is verified. */
export interface Scope {
  /** This UTC day alone. */
  readonly day?: number | undefined
  /** This month alone: `2026-11`. */
  readonly month?: string | undefined
  /** The content of so many percent of the hours; all else is checked of every hour. */
  readonly samplePercent: number
  /** Which hours the sample has; equal seeds choose equally. */
  readonly seed: number
}

export const isInScope = (hour: number, { day, month }: Scope): boolean =>
  (day === undefined || dayName(hour) === dayName(day)) && (month === undefined || dayName(hour).startsWith(month))

/** The hours whose content is read, in their order: at least one where there is any. */
export function sampled(hours: readonly number[], { samplePercent, seed }: Scope): number[] {
  const count = Math.ceil((hours.length * samplePercent) / 100)
  const rank = (hour: number) =>
    createHash('sha256')
      .update(`${seed} ${hourName(hour)}`)
      .digest('hex')
  const chosen = hours
    .map((hour) => ({ hour, rank: rank(hour) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
  return chosen.map(({ hour }) => hour).sort((a, b) => a - b)
}
