import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OperatorError } from '../../operator-error.js'
import { ReplayedPayloads } from '../tweets/replayed-payloads.js'
import { SeededTweets } from '../tweets/seeded-tweets.js'
import type { TweetSource } from '../tweets/tweet-source.js'
import type { Connect } from './client.js'
import { Exchange } from './exchange.js'
import type { XApiOptions } from './options.js'

/** The simulated X API, while it runs. Disposing cuts all connections and ends it. */
export interface XApi extends AsyncDisposable {
  /** `http://127.0.0.1:12345`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** The last ten thousand connects, oldest first. */
  readonly connects: readonly Connect[]
  /** Streams open now. */
  readonly connections: number
  /** IDs sent to a token, in order, as often as they were sent; empty unless recorded. */
  sentIds(token: string): readonly string[]
  /** IDs of all tweets made from one moment up to, not including, another (ms since 1970), ascending. */
  idsMadeBetween(fromMs: number, toMs: number): Iterable<string>
}

const MOST_TWEETS_A_SECOND = 20_000

/**
 * Start a stand-in for the X API on loopback: the sampled stream at `/2/tweets/sample/stream`, single tweets by ID at
 * `/2/tweets`, bearer tokens for an application's keys at `/oauth2/token`, and at `/_simulator/` what a judge of the
 * collection has to know.
 * @throws OperatorError when the rate is out of bounds or the port is taken
 */
export async function startXApi(options: XApiOptions): Promise<XApi> {
  const source = sourceOf(options)
  const exchange = new Exchange(options, source)
  const server = createServer((request, response) => {
    void exchange.answer(request, response)
  })
  const port = await listen(server, options)
  return {
    url: `http://${options.host ?? '127.0.0.1'}:${port}`,
    port,
    connects: exchange.connects,
    get connections() {
      return exchange.openStreams
    },
    sentIds: (token) => exchange.sentIds(token),
    idsMadeBetween: (fromMs, toMs) => source.idsMadeBetween(fromMs, toMs),
    [Symbol.asyncDispose]: () => close(server),
  }
}

function sourceOf({ seed, rate, replay }: XApiOptions): TweetSource {
  if (!Number.isInteger(rate) || rate < 1 || rate > MOST_TWEETS_A_SECOND)
    throw new OperatorError(`the rate is ${rate}: it must be a whole number from 1 to ${MOST_TWEETS_A_SECOND} a second`)
  return replay ? new ReplayedPayloads(replay, rate) : new SeededTweets({ seed, rate })
}

function listen(server: Server, { host = '127.0.0.1', port = 0 }: XApiOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new OperatorError(`the simulated X API cannot listen on ${host}:${port}: choose another port`, { cause }))
    })
    server.listen(port, host, () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}
