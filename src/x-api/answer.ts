import { STATUS_CODES } from 'node:http'
import { printable } from '../printable.js'
import { SECOND_MS } from '../utc.js'
import { dateIn, type Headers, secondsIn } from './header.js'
import { isTooManyConnections, isType, type Problem, problemsIn, problemText } from './problem.js'
import { StreamError, type StreamFault } from './stream-error.js'

/** An HTTP answer that is not the stream. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** As much of it as was read. */
  readonly body: string
}

/** What was asked, and when the answer came, in ms since 1970. */
export interface Asked {
  readonly host: string
  readonly backfillMinutes: number
  readonly nowMs: number
}

const LONGEST_TEXT = 300

/** What an answer other than the stream means, with what the operator can do about it. */
export function refusal(answer: Answer, asked: Asked): StreamError {
  const { status } = answer
  const problems = problemsIn(parse(answer.body))
  const fault = faultOf(answer, problems, asked)
  const said = [`${status} ${STATUS_CODES[status] ?? ''}`.trim(), ...problems.map(problemText).filter(Boolean)]
  const text = [...new Set(said)].join(', ')
  return new StreamError(
    fault,
    `${asked.host} refused the stream (${printable(text, LONGEST_TEXT)}): ${advice[fault]}`,
    {
      status,
      askedMs: askedMs(fault, answer, asked.nowMs),
    },
  )
}

const advice: Record<StreamFault, string> = {
  network: 'trying again',
  http: 'trying again',
  'rate-limit': 'too many connects in 15 minutes; trying again when X allows it',
  'too-many-connections': 'another collector uses this app, or X still counts a dead connection; trying again',
  'usage-cap': 'the month’s volume is used up, see the developer portal; trying again every 15 minutes',
  unauthorized: 'check [x] bearer_token_file; trying again every 15 minutes',
  credits: 'the account has no credits left, see the developer portal; trying again every 15 minutes',
  forbidden: 'check in the developer portal that the app may read the sample stream; trying again every 15 minutes',
  backfill: 'trying without backfill',
  budget: 'waiting',
}

const faultOfStatus: Record<number, StreamFault> = { 401: 'unauthorized', 402: 'credits', 403: 'forbidden' }

/**
 * 400 and 403 to a request with backfill may be for the backfill's sake, which only some accounts have; X's words for it
 * are not documented, so that the same request without it has to show.
 */
function faultOf({ status }: Answer, problems: readonly Problem[], { backfillMinutes }: Asked): StreamFault {
  if ((status === 400 || status === 403) && backfillMinutes > 0) return 'backfill'
  if (status === 429) return kindOf429(problems)
  return faultOfStatus[status] ?? 'http'
}

/** Told apart by the body alone: the rate limit's headers come with all three. */
function kindOf429(problems: readonly Problem[]): StreamFault {
  if (problems.some(isTooManyConnections)) return 'too-many-connections'
  const capped = problems.some((problem) => problem.title === 'UsageCapExceeded' || isType(problem, 'usage-capped'))
  return capped ? 'usage-cap' : 'rate-limit'
}

/** X documents no `retry-after` here; `x-rate-limit-reset` (s since 1970) says something about the rate limit alone. */
function askedMs(fault: StreamFault, { headers }: Answer, nowMs: number): number {
  const seconds = secondsIn(headers, 'retry-after')
  const after = seconds === undefined ? (dateIn(headers, 'retry-after') ?? nowMs) - nowMs : seconds * SECOND_MS
  const resetAt = fault === 'rate-limit' ? secondsIn(headers, 'x-rate-limit-reset') : undefined
  const reset = resetAt === undefined ? 0 : resetAt * SECOND_MS - nowMs
  return Math.max(0, after, reset)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
