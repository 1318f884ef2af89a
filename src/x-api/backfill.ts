import { isUtf8 } from 'node:buffer'
import { idInLine } from '../tweet/id-in-line.js'
import { snowflakeMs } from '../tweet/snowflake.js'
import { MINUTE_MS, SECOND_MS } from '../utc.js'
import { isObject } from './problem.js'

/** Tweets reach the stream seconds after they are made (docs.x.com: 99 of 100 within 6 to 7 s). */
const MARGIN_MS = 30 * SECOND_MS

/** How many minutes to ask for, so that a gap of `gapMs` is covered and no more; 0 where `capMinutes` is. */
export const minutesToCover = (gapMs: number, capMinutes: number): number =>
  Math.min(Math.ceil((Math.max(gapMs, 0) + MARGIN_MS) / MINUTE_MS), capMinutes)

/**
 * How far the stream has been received, and thus what to ask for again after a gap. Backfill brings the oldest tweets
 * first: where it breaks off, what it has not brought yet is still missing, whenever it broke off. So what counts is
 * when the last tweet was made, not when it came.
 */
export class Backfill {
  readonly #capMinutes: number
  #coveredUntil: number | undefined
  #permission: 'given' | 'in question' | 'refused' = 'given'

  /** `coveredUntil` (ms since 1970) is from before a restart; `undefined` where nothing was collected yet. */
  constructor(capMinutes: number, coveredUntil: number | undefined) {
    this.#capMinutes = capMinutes
    this.#coveredUntil = coveredUntil
  }

  /** What the next request is to ask for. Before the first connection there is nothing to fill. */
  minutes(nowMs: number): number {
    if (this.#coveredUntil === undefined || this.#permission !== 'given') return 0
    // A time to come is that of a clock that has been set right since: nothing is known, and all may be missing.
    const gapMs = this.#coveredUntil > nowMs ? Infinity : nowMs - this.#coveredUntil
    return minutesToCover(gapMs, this.#capMinutes)
  }

  /**
   * These lines came, in this order. Answers up to when the stream is received with them; and when the last tweet among
   * them was made by its ID, believed or not, `undefined` where there is no tweet. Both in ms since 1970.
   */
  received(lines: readonly Buffer[], receivedAt: number): { coveredUntil: number; madeAt: number | undefined } {
    const madeAt = lastMadeMs(lines)
    const known = this.#coveredUntil ?? 0
    const believed = known > receivedAt ? 0 : known
    const coveredUntil = madeAt === undefined ? known : Math.max(believed, Math.min(madeAt, receivedAt))
    this.#coveredUntil = coveredUntil
    return { coveredUntil, madeAt }
  }

  /** X may have refused the request for its backfill: the next one goes without. */
  question(): void {
    this.#permission = 'in question'
  }

  /** A request was refused for another reason: what was in question is not answered by it. */
  refused(): void {
    if (this.#permission === 'in question') this.#permission = 'given'
  }

  /** A request was accepted. True where that shows that this account may have no backfill. */
  accepted(nowMs: number): boolean {
    this.#coveredUntil ??= nowMs
    if (this.#permission !== 'in question') return false
    this.#permission = 'refused'
    return true
  }
}

/** When the last of the lines that are tweets was made, `undefined` where none is. */
function lastMadeMs(lines: readonly Buffer[]): number | undefined {
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lines[at]
    const madeAt = line === undefined || !isUtf8(line) ? undefined : madeMs(line)
    if (madeAt !== undefined) return madeAt
  }
  return undefined
}

/** When the tweet in a line was made, by its ID; `undefined` where the line is no tweet. */
function madeMs(line: Buffer): number | undefined {
  const id = idInLine(line) ?? parsedId(line)
  return id === undefined ? undefined : snowflakeMs(id)
}

function parsedId(line: Buffer): string | undefined {
  try {
    const payload: unknown = JSON.parse(line.toString())
    const data = isObject(payload) ? payload['data'] : undefined
    const id = isObject(data) ? data['id'] : undefined
    return typeof id === 'string' ? id : undefined
  } catch {
    return undefined
  }
}
