import { isUtf8 } from 'node:buffer'
import { idInLine } from '../tweet/id-in-line.js'
import { isId, tweetMs, usableIdMs } from '../tweet/snowflake.js'
import { isoSeconds, minuteOf, SECOND_MS } from '../utc.js'

/** Where a payload belongs, or why it belongs nowhere. */
export type Filing = { kind: 'minute'; minute: number } | { kind: 'rejected'; reason: string }

/**
 * The minute in which a payload's tweet was made. `line` is one payload as X sent it, without a line end; the whole of it
 * must be a JSON object with a `data.id` of digits.
 */
export function filingOf(line: Buffer, receivedMs: number): Filing {
  const isText = isUtf8(line)
  const id = isText ? idInLine(line) : undefined
  const madeMs = id === undefined ? undefined : usableIdMs(id, receivedMs)
  if (madeMs !== undefined) return { kind: 'minute', minute: minuteOf(madeMs) }
  return filingOfPayload(isText ? parseObject(line) : undefined, receivedMs)
}

/** What is to become of a line that only JSON.parse can judge: nothing is rejected but here. */
function filingOfPayload(payload: Record<string, unknown> | undefined, receivedMs: number): Filing {
  if (payload === undefined) return { kind: 'rejected', reason: 'no whole JSON object' }
  const data = payload['data'] as { id?: unknown; created_at?: unknown } | null | undefined
  const id = data?.id
  if (!isId(id)) return { kind: 'rejected', reason: 'no data.id of digits' }
  const createdAt = typeof data?.created_at === 'string' ? data.created_at : undefined
  return { kind: 'minute', minute: minuteOf(tweetMs(id, createdAt, receivedMs)) }
}

/** Whether the bytes are one JSON object, whole and in valid UTF-8. */
export const isWholeObject = (line: Buffer): boolean => isUtf8(line) && parseObject(line) !== undefined

function parseObject(line: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/**
 * What twarc2 appends to every payload, ready to take the place of its last brace: `,"__twarc":{…}}` and a line end.
 * `url` is the request's, with its query. Source: DocNow/twarc `client2.py`, `_append_metadata`.
 */
export const twarcEnding = (url: string, version: string, receivedMs: number): Buffer =>
  Buffer.from(
    `,"__twarc":${JSON.stringify({ url, version, retrieved_at: isoSeconds(receivedMs).replace('Z', '+00:00') })}}\n`,
  )

/** `twarcEnding` of one program: made once a second and request, for all that come in it. */
export class TwarcEnding {
  readonly #version: string
  #url: string | undefined
  #second = NaN
  #bytes: Buffer = Buffer.alloc(0)

  /** `version` is this program's. */
  constructor(version: string) {
    this.#version = version
  }

  /** For what came at `receivedMs`; `url` is the request's, with its query. */
  at(url: string, receivedMs: number): Buffer {
    const second = Math.floor(receivedMs / SECOND_MS)
    if (url !== this.#url || second !== this.#second) this.#bytes = twarcEnding(url, this.#version, receivedMs)
    this.#url = url
    this.#second = second
    return this.#bytes
  }
}

const CLOSING_BRACE = 0x7d

/** Payloads as lines of a minute file: each with `ending` in the place of its last brace and of blanks behind that. */
export function withEnding(payloads: readonly Buffer[], ending: Buffer): Buffer {
  const braces = payloads.map(lastBrace)
  const lines = Buffer.allocUnsafe(braces.reduce((sum, brace) => sum + brace + ending.length, 0))
  let at = 0
  for (const [index, payload] of payloads.entries()) {
    at += payload.copy(lines, at, 0, braces[index])
    at += ending.copy(lines, at)
  }
  return lines
}

function lastBrace(payload: Buffer): number {
  let at = payload.length - 1
  while (at > 0 && payload[at] !== CLOSING_BRACE) at -= 1
  return at
}
