import type { Clock } from '../clock.js'
import { MINUTE_MS, SECOND_MS } from '../utc.js'
import type { Backfill } from './backfill.js'
import type { Connection } from './connection.js'
import { LineSplitter } from './line-splitter.js'
import { type Goodbye, type Message, readMessage } from './message.js'
import { StreamError } from './stream-error.js'
import type { StreamItem } from './stream-item.js'

/** X closes the stream after its goodbye; who leaves first finds the next connect refused, for X still counts this one. */
const GOODBYE_MS = 5 * SECOND_MS

interface Reader {
  readonly clock: Clock
  readonly backfill: Backfill
  readonly silenceMs: number
  readonly url: string
}

/** Reads a stream to its end, in the order of its lines; returns why it ended. */
export async function* read(
  connection: Connection,
  { clock, backfill, silenceMs, url }: Reader,
): AsyncGenerator<StreamItem, StreamError> {
  const splitter = new LineSplitter()
  let lastTweetAt = clock.now()
  let goodbye: Goodbye | undefined
  try {
    for await (const chunk of connection.body) {
      const receivedAt = clock.now()
      const lines = splitter.push(chunk)
      for (const run of runs(lines)) {
        if (run.kind === 'tweets') {
          lastTweetAt = receivedAt
          const coveredUntil = backfill.received(run.lines, receivedAt)
          yield { ...run, receivedAt, url, coveredUntil }
        } else {
          yield { kind: 'message', at: receivedAt, line: run.line.toString() }
          goodbye ??= run.message.goodbye
          if (goodbye) connection.closeIn(clock.socketMs(GOODBYE_MS))
        }
      }
      if (lines.some(isKeepAlive)) yield { kind: 'keep-alive', receivedAt }
      if (receivedAt - lastTweetAt >= silenceMs) return silent(silenceMs)
    }
    return ending(new StreamError('network', 'X ended the stream'), goodbye, splitter.pendingBytes)
  } catch (error) {
    if (!(error instanceof StreamError)) throw error
    return ending(error, goodbye, splitter.pendingBytes)
  }
}

type Run =
  | { readonly kind: 'tweets'; readonly lines: Buffer[] }
  | { readonly kind: 'message'; readonly message: Message; readonly line: Buffer }

/** The lines without keep-alives: tweets together, up to the next message. */
function* runs(lines: readonly Buffer[]): Generator<Run> {
  let tweets: Buffer[] = []
  for (const line of lines) {
    if (isKeepAlive(line)) continue
    const message = readMessage(line)
    if (message === undefined) {
      tweets.push(line)
      continue
    }
    if (tweets.length > 0) yield { kind: 'tweets', lines: tweets }
    tweets = []
    yield { kind: 'message', message, line }
  }
  if (tweets.length > 0) yield { kind: 'tweets', lines: tweets }
}

const isKeepAlive = (line: Buffer): boolean => line.length === 0

/** A connection may live on while nothing is fed into it any more (xdevplatform/twitter-api-java-sdk#37): take a new one. */
const silent = (silenceMs: number): StreamError =>
  new StreamError('network', `kept alive for ${Math.round(silenceMs / MINUTE_MS)} min, but brought no tweet`)

function ending(error: StreamError, goodbye: Goodbye | undefined, pendingBytes: number): StreamError {
  const reason = goodbye ? `X said ${goodbye.text}` : error.message
  const torn = pendingBytes > 0 ? `; ${pendingBytes} bytes of an unfinished line were dropped` : ''
  return new StreamError(goodbye?.tooManyConnections ? 'too-many-connections' : 'network', reason + torn)
}
