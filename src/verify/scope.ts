import { createHash } from 'node:crypto'
import { dayName, hourName } from '../utc.js'

/** What of an archive is verified. */
export interface Scope {
  /** This UTC day alone. */
  readonly day?: number | undefined
  /** This month alone: `2026-11`. */
  readonly month?: string | undefined
  /** The content of every hour from this one on, in ms since 1970; the sample is then of the others. */
  readonly recentFrom?: number | undefined
  /** The content of so many percent of the hours; all else is checked of every hour. */
  readonly samplePercent: number
  /** Which hours the sample has; equal seeds choose equally. */
  readonly seed: number
}

export const isInScope = (hour: number, { day, month }: Scope): boolean =>
  (day === undefined || dayName(hour) === dayName(day)) && (month === undefined || dayName(hour).startsWith(month))

/** The hours whose content is read, in their order: the recent ones, and of the others the sample. */
export function hoursToRead(hours: readonly number[], scope: Scope): number[] {
  const { recentFrom = Infinity } = scope
  const older = hours.filter((hour) => hour < recentFrom)
  return [...sampled(older, scope), ...hours.filter((hour) => hour >= recentFrom)]
}

/** At least one where there is any, unless nothing is wanted. */
function sampled(hours: readonly number[], { samplePercent, seed }: Scope): number[] {
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
