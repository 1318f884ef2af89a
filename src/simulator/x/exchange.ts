import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TweetSource } from '../tweets/tweet-source.js'
import { wireJson } from '../tweets/wire.js'
import { admit, type Admission } from './admission.js'
import { Client, type Connect } from './client.js'
import { answerInquiry } from './inquiry.js'
import { LiveStream } from './live-stream.js'
import type { XApiOptions } from './options.js'
import { OddSpells } from './odd-spells.js'
import { Outlet } from './outlet.js'
import { lookUp } from './lookup.js'
import { notFound, unauthorized, type Problem } from './problems.js'
import { exchangeToken } from './token-exchange.js'

const STREAM_PATH = '/2/tweets/sample/stream'
const LOOKUP_PATH = '/2/tweets'
const TOKEN_PATH = '/oauth2/token'
const MOST_FORM_BYTES = 10_000
const KEEP_ALIVE_MS = 20_000
const CONNECTS_PER_WINDOW = 50
const SLOW_READER_BYTES = 64 * 2 ** 20
const CONNECTS_REMEMBERED = 10_000

/** Answers requests: who streams, who may, and who did. */
export class Exchange {
  /** The last connects, oldest first. */
  readonly connects: Connect[] = []
  readonly #options: XApiOptions
  readonly #source: TweetSource
  readonly #clients: ReadonlyMap<string, Client>
  /** Recorded lines are sent as they are. */
  readonly #oddSpells: OddSpells | undefined
  #connectsSoFar = 0

  constructor(options: XApiOptions, source: TweetSource) {
    const { tokens, connectsPerWindow = CONNECTS_PER_WINDOW, record = false } = options
    this.#options = options
    this.#source = source
    if (!options.replay) this.#oddSpells = new OddSpells(options.faults, options.clock)
    this.#clients = new Map(tokens.map((token) => [token, new Client(token, connectsPerWindow, record)]))
  }

  get openStreams(): number {
    return [...this.#clients.values()].reduce((sum, { open }) => sum + open, 0)
  }

  sentIds(token: string): readonly string[] {
    return this.#clients.get(token)?.sentIds ?? []
  }

  /** Answer one request, to its end. Never rejects because a client went away. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that goes away while it is written to is no fault of the simulation.
    response.on('error', () => undefined)
    this.#dateByClock(response)
    const url = URL.parse(request.url ?? '', 'http://simulator')
    if (!url) {
      answerProblem(response, notFound)
      return
    }
    if (request.method === 'GET' && url.pathname === STREAM_PATH) return this.#connect(url, request, response)
    if (request.method === 'GET' && url.pathname === LOOKUP_PATH) {
      answerProblem(response, this.#lookUp(url, request))
      return
    }
    if (request.method === 'POST' && url.pathname === TOKEN_PATH) {
      const body = await formOf(request)
      answerProblem(response, exchangeToken(request.headers.authorization, body, this.#options.tokens))
      return
    }
    const { faults } = this.#options
    if (await answerInquiry({ source: this.#source, faults, connects: this.connects }, url, response)) return
    answerProblem(response, notFound)
  }

  #lookUp({ searchParams }: URL, request: IncomingMessage): Problem {
    const client = this.#clients.get(tokenOf(request) ?? '')
    if (!client) return unauthorized
    return lookUp(this.#source, searchParams, this.#options.clock.now(), this.#oddSpells?.of(client.token))
  }

  async #connect(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = tokenOf(request)
    const { redundantConnections = 1, clock, faults, log } = this.#options
    const admission = admit({ clock, faults, clients: this.#clients, redundantConnections }, token, url.searchParams)
    const connect = this.#remember(token, url.search.slice(1))
    connect.ending = await this.#carryOut(admission, connect, request, response)
    connect.untilMs = clock.now()
    const { number, status, ending, tweets } = connect
    log.info({ connect: number, status, ending, tweets }, 'x: a connect is over')
  }

  /** Do what was decided; answers how it ended. */
  async #carryOut(
    admission: Admission,
    connect: Connect,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<string> {
    for (const [name, value] of Object.entries(admission.headers)) response.setHeader(name, value)
    switch (admission.kind) {
      case 'refused':
        request.socket.destroy()
        return 'refuse-connection'
      case 'problem':
        connect.status = admission.problem.status
        answerProblem(response, admission.problem)
        return String(admission.problem.body['title'])
      case 'stream':
        connect.status = 200
        return this.#stream(admission, connect, request, response)
    }
  }

  async #stream(
    { client, request: wanted }: Extract<Admission, { kind: 'stream' }>,
    connect: Connect,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<string> {
    const { clock, faults, log, keepAliveMs = KEEP_ALIVE_MS, slowReaderBytes = SLOW_READER_BYTES } = this.#options
    const gone = new AbortController()
    response.once('close', () => {
      gone.abort()
    })
    const inGzip = /\bgzip\b/.test(String(request.headers['accept-encoding']))
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      ...(inGzip && { 'content-encoding': 'gzip' }),
    })
    response.flushHeaders()
    const outlet = new Outlet(response, inGzip)
    const { onTweet } = this.#options
    const parts = {
      clock,
      source: this.#source,
      faults,
      oddSpells: this.#oddSpells,
      client,
      connect,
      request: wanted,
      outlet,
      keepAliveMs,
      onTweet,
    }
    log.info({ connect: connect.number, backfillMinutes: wanted.backfillMinutes }, 'x: a stream begins')
    client.open += 1
    try {
      return await new LiveStream({ ...parts, slowReaderBytes }).run(gone.signal)
    } finally {
      client.open -= 1
    }
  }

  #remember(token: string | undefined, query: string): Connect {
    this.#connectsSoFar += 1
    const fromMs = this.#options.clock.now()
    const connect = {
      number: this.#connectsSoFar,
      token: this.#clients.get(token ?? '')?.token ?? '',
      query,
      fromMs,
      status: 0,
      untilMs: undefined,
      ending: undefined,
      tweets: 0,
    }
    this.connects.push(connect)
    if (this.connects.length > CONNECTS_REMEMBERED) this.connects.shift()
    return connect
  }

  #dateByClock(response: ServerResponse): void {
    response.sendDate = false
    response.setHeader('date', new Date(this.#options.clock.now()).toUTCString())
    response.setHeader('api-version', '2.167')
  }
}

function answerProblem(response: ServerResponse, { status, body }: Problem): void {
  const type = status === 200 ? 'application/json' : 'application/problem+json'
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(wireJson(body))
}

const tokenOf = (request: IncomingMessage): string | undefined =>
  /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]

/** The body of a form, or what of it came before it grew too long. */
async function formOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk
    if (text.length > MOST_FORM_BYTES) break
  }
  return text
}
