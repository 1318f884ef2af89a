import type { StreamError } from './stream-error.js'

/** What happens on the stream, in order. Times are ms since 1970. */
export type StreamItem =
  | { readonly kind: 'connected'; readonly at: number; readonly url: string; readonly backfillMinutes: number }
  | TweetsItem
  /** X has nothing to send: proof of life, not data. */
  | { readonly kind: 'keep-alive'; readonly receivedAt: number }
  /** An object that is no tweet, as X sent it. Where it announces a disconnect, the stream acts on it. */
  | { readonly kind: 'message'; readonly at: number; readonly line: string }
  /** More of them, in a flood that nobody could read. */
  | { readonly kind: 'more-messages'; readonly at: number; readonly count: number }
  /** Follows each `connected`. */
  | { readonly kind: 'disconnected'; readonly at: number; readonly reason: string }
  /** No connection came about; the next is tried after `waitMs`. */
  | { readonly kind: 'refused'; readonly at: number; readonly error: StreamError; readonly waitMs: number }

/** Lines that came together, as X sent them, without line ends: tweets, and what cannot be told to be none. */
interface TweetsItem {
  readonly kind: 'tweets'
  readonly lines: Buffer[]
  readonly receivedAt: number
  /** The request's, with its query. */
  readonly url: string
  /** With these lines the stream is received up to here: what a restart needs for its backfill. */
  readonly coveredUntil: number
  /** When X says that the last of them was made: the time in its ID, believed or not; `undefined` where it has none. */
  readonly madeAt: number | undefined
}
