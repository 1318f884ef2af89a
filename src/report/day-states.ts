import { changesClocks, localSecond } from '../local-time.js'
import { DAY_MS, HOUR_MS } from '../utc.js'
import { HOUR_STATES, type HourState } from '../vault/listening.js'
import { unheardOf } from '../vault/unheard.js'
import { stateIn, type DayBooks } from './day-books.js'
import { hourStart } from './day-report.js'
import { shownHours } from './shown-hours.js'

/** When an hour of the collection is missed. */
export interface Expectation {
  readonly nowMs: number
  /** So long after its end an hour may wait for what is late: until then it is to come. */
  readonly patienceMs: number
  /** The collection's first hour; those before it are no part of it. */
  readonly beginning: number
}

/** A day's hours by what became of them, as ms since 1970. */
export interface DayStates {
  readonly hours: Readonly<Record<HourState, readonly number[]>>
  /** Without a book, though the time to archive them is over. */
  readonly missing: readonly number[]
  /** Without a book, and not missed yet. */
  readonly toCome: readonly number[]
}

export function dayStates(found: DayBooks, { nowMs, patienceMs, beginning }: Expectation): DayStates {
  const states = new Map<number, HourState>(found.damaged.map((hour) => [hour, 'damaged']))
  for (const book of found.books) states.set(hourStart(book), stateIn(found, book))
  const all = Array.from({ length: DAY_MS / HOUR_MS }, (_, index) => found.day + index * HOUR_MS)
  const absent = all.filter((hour) => !states.has(hour) && hour >= beginning)
  const isMissing = (hour: number) => hour + HOUR_MS + patienceMs <= nowMs
  const ofState = (state: HourState) => all.filter((hour) => states.get(hour) === state)
  return {
    hours: Object.fromEntries(HOUR_STATES.map((state) => [state, ofState(state)])) as unknown as DayStates['hours'],
    missing: absent.filter(isMissing),
    toCome: absent.filter((hour) => !isMissing(hour)),
  }
}

/** What of it a subject must say: `complete`, `3 hours NOT COLLECTED, 1 hour partial`. Nothing of a day without hours. */
export function statesInShort({ hours, missing, toCome }: DayStates): string[] {
  const parts = [
    [hours['not collected'], 'NOT COLLECTED'],
    [hours.damaged, 'damaged'],
    [hours.partial, 'partial'],
    [hours.empty, 'empty'],
    [hours.unknown, 'not known to be whole'],
    [missing, 'missing'],
    [toCome, 'to come'],
  ] as const
  const told = parts.filter(([of]) => of.length > 0).map(([of, words]) => `${hoursText(of.length)} ${words}`)
  return told.length === 0 && hours.complete.length > 0 ? ['complete'] : told
}

export const hoursText = (count: number): string => (count === 1 ? '1 hour' : `${count} hours`)

/** A sentence or two for each state that a person must know of; one that says so where all is well. */
export function stateSentences(found: DayBooks, { hours, missing, toCome }: DayStates, timezone: string): string[] {
  const about = (of: readonly number[], sentence: (shown: string) => string): string[] =>
    of.length === 0 ? [] : [sentence(shownHours(of, timezone))]
  const sentences = [
    ...about(
      hours['not collected'],
      (shown) =>
        `NOT COLLECTED: ${shown}. No collector was connected in these hours, and nothing of them can be had any more: ` +
        'see what collect says, and its journal.',
    ),
    ...about(hours.partial, (shown) => `Partial: ${shown}. ${unheardText(found, timezone)}`),
    ...about(
      hours.empty,
      (shown) =>
        `Empty: ${shown}. A collector was connected throughout these hours, and nothing came: look at the stream.`,
    ),
    ...about(
      hours.damaged,
      (shown) => `Damaged, though archived once: ${shown}. collector verify --mend writes anew what can be read.`,
    ),
    ...about(
      hours.unknown,
      (shown) => `Not known to be whole: ${shown}. No journal tells whether a collector was connected throughout.`,
    ),
    ...about(
      missing,
      (shown) => `Not archived: ${shown}. These hours still wait, or they failed: collector process-hour tells which.`,
    ),
    ...about(toCome, (shown) => `Not archived yet: ${shown}. If they change this report, it is mailed again.`),
  ]
  const isWhole = sentences.length === 0 && hours.complete.length > 0
  return isWhole ? ['Every hour is complete: at each moment of it a server heard the stream.'] : sentences
}

const MOST_GAPS = 8

function unheardText(found: DayBooks, timezone: string): string {
  const gaps = found.books
    .filter((book) => stateIn(found, book) === 'partial')
    .flatMap(({ listening, redundant }) => unheardOf(listening?.gaps ?? [], redundant))
    .sort((a, b) => a.fromMs - b.fromMs)
  const withOffset = changesClocks(found.day, timezone)
  const time = (ms: number) => localSecond(ms, timezone, withOffset)
  const zone = timezone === 'UTC' ? '' : `, in ${timezone}`
  const seconds = Math.ceil(gaps.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / 1000)
  const shown = gaps.slice(0, MOST_GAPS).map(({ fromMs, toMs, reason }) => `${time(fromMs)}-${time(toMs)} (${reason})`)
  const more = gaps.length > MOST_GAPS ? `, and ${gaps.length - MOST_GAPS} more` : ''
  return `Nobody heard ${seconds.toLocaleString('en-US')} seconds of the stream${zone}: ${shown.join(', ')}${more}.`
}
