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

/** Of the messages that come together so many are handed on; of the rest only how many there were. */
const MOST_TOGETHER = 20
/** What of a message is handed on, in bytes. */
const LONGEST_MESSAGE = 16 << 10
/** So much is still read of what had come before a stop: all but for a flood. */
const MOST_AFTER_STOP = 8 << 20

interface Reader {
  readonly clock: Clock
  readonly backfill: Backfill
  readonly silenceMs: number
  readonly url: string
  readonly signal: AbortSignal
}

/**
 * Reads a stream to its end, in the order of its lines; returns why it ended. After a stop no more than a bounded rest of
 * what had come before is read.
 */
export async function* read(connection: Connection, reader: Reader): AsyncGenerator<StreamItem, StreamError> {
  const { clock, silenceMs, signal } = reader
  const splitter = new LineSplitter()
  const lines = new Lines(connection, reader)
  let lastTweetAt = clock.now()
  let bytesLeft = MOST_AFTER_STOP
  try {
    for await (const chunk of connection.body) {
      const receivedAt = clock.now()
      if (yield* lines.handOn(splitter.push(chunk), receivedAt)) lastTweetAt = receivedAt
      if (splitter.takeKeepAlive()) yield { kind: 'keep-alive', receivedAt }
      // A clock that was set back must not make it wait for as long.
      lastTweetAt = Math.min(lastTweetAt, receivedAt)
      if (receivedAt - lastTweetAt >= silenceMs) return silent(silenceMs)
      if (signal.aborted && (bytesLeft -= chunk.length) < 0) return stopped()
    }
    const rest = splitter.takeRest()
    if (rest) yield* lines.handOn([rest], clock.now())
    return ending(new StreamError('network', 'X ended the stream'), lines.goodbye, 0)
  } catch (error) {
    if (!(error instanceof StreamError)) throw error
    return ending(error, lines.goodbye, splitter.pendingBytes)
  }
}

/** Hands on the lines of one connection. */
class Lines {
  readonly #connection: Connection
  readonly #reader: Reader
  #goodbye: Goodbye | undefined

  constructor(connection: Connection, reader: Reader) {
    this.#connection = connection
    this.#reader = reader
  }

  /** What X said before it closes the stream. */
  get goodbye(): Goodbye | undefined {
    return this.#goodbye
  }

  /** Hand on lines that came together; answers whether there was a tweet among them. */
  *handOn(lines: readonly Buffer[], receivedAt: number): Generator<StreamItem, boolean> {
    const { backfill, clock, url } = this.#reader
    let hasTweet = false
    let messages = 0
    for (const run of runs(lines)) {
      if (run.kind === 'tweets') {
        const { coveredUntil, madeAt } = backfill.received(run.lines, receivedAt)
        hasTweet ||= madeAt !== undefined
        yield { ...run, receivedAt, url, coveredUntil, madeAt }
        continue
      }
      this.#goodbye ??= run.message.goodbye
      if (run.message.goodbye) this.#connection.closeIn(clock.socketMs(GOODBYE_MS))
      messages += 1
      if (messages > MOST_TOGETHER) continue
      yield { kind: 'message', at: receivedAt, line: run.line.toString('utf8', 0, LONGEST_MESSAGE) }
    }
    if (messages > MOST_TOGETHER) yield { kind: 'more-messages', at: receivedAt, count: messages - MOST_TOGETHER }
    return hasTweet
  }
}

type Run =
  | { readonly kind: 'tweets'; readonly lines: Buffer[] }
  | { readonly kind: 'message'; readonly message: Message; readonly line: Buffer }

/** Tweets together, up to the next message. */
function* runs(lines: readonly Buffer[]): Generator<Run> {
  let tweets: Buffer[] = []
  for (const line of lines) {
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

/** A connection may live on while nothing is fed into it any more (xdevplatform/twitter-api-java-sdk#37): take a new one. */
const silent = (silenceMs: number): StreamError =>
  new StreamError('network', `kept alive for ${Math.round(silenceMs / MINUTE_MS)} min, but brought no tweet`)

const stopped = (): StreamError => new StreamError('network', 'stopped; what was not read yet is left to backfill')

function ending(error: StreamError, goodbye: Goodbye | undefined, pendingBytes: number): StreamError {
  const reason = goodbye ? `X said ${goodbye.text}` : error.message
  const torn = pendingBytes > 0 ? `; ${pendingBytes} bytes of an unfinished line were dropped` : ''
  return new StreamError(goodbye?.tooManyConnections ? 'too-many-connections' : 'network', reason + torn)
}
