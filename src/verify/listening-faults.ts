import type { Book } from '../vault/book.js'
import { stateOfHour } from '../vault/book.js'
import { MOST_GAPS, type BookedGap, type BookedListening, type HourState } from '../vault/listening.js'
import { unheardOf } from '../vault/unheard.js'
import { HOUR_MS, SECOND_MS } from '../utc.js'

/**
 * What a book's state, seconds heard and gaps say against each other and against its counts (an hour is never shown as another).
 * Books of versions before 0.2 have none of them.
 */
export function listeningFaults(book: Book, hour: number): string[] {
  const { state, listening } = book
  if (!listening && state === undefined) return []
  if (!listening || state === undefined)
    return [`it has ${listening ? 'seconds heard, but no state' : 'a state, but no seconds heard'}`]
  const ofGaps = gapFaults(listening.gaps, book.redundant, hour)
  if (ofGaps.length > 0) return ofGaps
  return [...secondsFaults(listening, book.redundant), ...stateFaults(state, listening, book)]
}

function gapFaults(gaps: readonly BookedGap[], redundant: boolean, hour: number): string[] {
  return ([1, 2] as const).flatMap((server) => {
    let endMs = hour
    return gaps
      .filter((gap) => gap.server === server)
      .flatMap(({ from, to }) => {
        const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
        const isSound = fromMs >= endMs && fromMs < toMs && toMs <= hour + HOUR_MS && (redundant || server === 1)
        endMs = toMs
        return isSound
          ? []
          : [`the gap of server ${server} from ${from} to ${to} is none of this hour, or not in order`]
      })
  })
}

function secondsFaults({ seconds_heard, gaps }: BookedListening, redundant: boolean): string[] {
  const ofServers = ([1, 2] as const).flatMap((server) => {
    const own = gaps.filter((gap) => gap.server === server)
    const left = isConfigured(server, redundant) && !isUnknown(own) ? secondsBeside(own) : null
    return differs(seconds_heard[server], left, own.length)
      ? [`seconds heard by server ${server}: ${shown(seconds_heard[server])}, but its gaps leave ${shown(left)}`]
      : []
  })
  const either = eitherHeard(gaps, redundant)
  return differs(seconds_heard.either, either, mostGaps(gaps))
    ? [...ofServers, `seconds heard by either: ${shown(seconds_heard.either)}, but the gaps leave ${shown(either)}`]
    : ofServers
}

const isConfigured = (server: 1 | 2, redundant: boolean): boolean => server === 1 || redundant

/** Nothing at all is known of a server where one gap, the whole hour, says so. */
const isUnknown = (gaps: readonly BookedGap[]): boolean =>
  msBeside(gaps) === 0 && gaps.every(({ reason }) => reason === 'not known')

function eitherHeard(gaps: readonly BookedGap[], redundant: boolean): number | null {
  const servers = redundant ? ([1, 2] as const) : ([1] as const)
  if (servers.every((server) => isUnknown(gaps.filter((gap) => gap.server === server)))) return null
  const unheardMs = unheardOf(gaps, redundant).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  return Math.floor((HOUR_MS - unheardMs) / SECOND_MS)
}

const msBeside = (gaps: readonly BookedGap[]): number =>
  HOUR_MS - gaps.reduce((sum, { from, to }) => sum + Date.parse(to) - Date.parse(from), 0)

const secondsBeside = (gaps: readonly BookedGap[]): number => Math.floor(msBeside(gaps) / SECOND_MS)

/** A book has room for so many gaps of a server; its last one may then span more, of which some was heard. */
function differs(booked: number | null, left: number | null, gaps: number): boolean {
  return gaps < MOST_GAPS || booked === null || left === null ? booked !== left : booked < left
}

const mostGaps = (gaps: readonly BookedGap[]): number =>
  Math.max(...([1, 2] as const).map((server) => gaps.filter((gap) => gap.server === server).length))

const shown = (seconds: number | null): string => (seconds === null ? 'not known' : String(seconds))

/** Of a damaged hour the counts are those of what is left. */
function stateFaults(state: HourState, { seconds_heard, gaps }: BookedListening, book: Book): string[] {
  if (stateOfHour(book) === 'damaged' && state !== 'damaged') return []
  const spans = mostGaps(gaps) >= MOST_GAPS
  const isHeard = spans ? seconds_heard.either === HOUR_MS / SECOND_MS : unheardOf(gaps, book.redundant).length === 0
  const possible = possibleStates(isHeard, seconds_heard.either, nothingCame(book))
  return possible.includes(state) ? [] : [`its state is ${state}, but its figures say ${possible.join(' or ')}`]
}

function possibleStates(isHeard: boolean, either: number | null, isQuiet: boolean): HourState[] {
  if (isHeard) return [isQuiet ? 'empty' : 'complete']
  if (!isQuiet) return [either === null ? 'unknown' : 'partial']
  return either === null || either === 0 ? ['not collected', 'partial'] : ['partial']
}

const nothingCame = ({ archived, servers }: Book): boolean =>
  archived === 0 && [servers[1], servers[2]].every(({ lines, rejected }) => lines + rejected === 0)
