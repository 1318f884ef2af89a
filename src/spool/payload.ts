import { isUtf8 } from 'node:buffer'
import { tweetMs } from '../tweet/snowflake.js'
import { isoSeconds, minuteOf } from '../utc.js'

/** Where a payload belongs, or why it belongs nowhere. */
export type Filing = { kind: 'minute'; minute: number } | { kind: 'rejected'; reason: string }

/**
 * The minute in which a payload's tweet was made. `line` is one payload as X sent it, without a line end; the whole of it
 * must be a JSON object with a `data.id` of digits.
 */
export function filingOf(line: Buffer, receivedMs: number): Filing {
  const payload = isUtf8(line) ? parseObject(line) : undefined
  if (payload === undefined) return { kind: 'rejected', reason: 'no whole JSON object' }
  const data = payload['data'] as { id?: unknown; created_at?: unknown } | null | undefined
  const id = data?.id
  if (typeof id !== 'string' || !/^\d{1,19}$/.test(id)) return { kind: 'rejected', reason: 'no data.id of digits' }
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

const CLOSING_BRACE = 0x7d

/** The bytes of a payload up to its last brace: all of it but that brace and blanks behind it. */
export const withoutLastBrace = (line: Buffer): Buffer => line.subarray(0, line.lastIndexOf(CLOSING_BRACE))
