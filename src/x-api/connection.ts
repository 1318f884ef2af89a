import type { Socket } from 'node:net'
import { buildConnector, Client, type Dispatcher } from 'undici'
import { errorCode } from '../operator-error.js'
import { printable } from '../printable.js'
import { portOf } from '../proxy/no-proxy.js'
import { ProxyError } from '../proxy/proxy-error.js'
import { type Proxy, proxyFor } from '../proxy/proxy.js'
import { tunnel } from '../proxy/tunnel.js'
import { type Headers, listIn } from './header.js'
import { inflate } from './inflate.js'
import { ReceivedBytes } from './received-bytes.js'
import { StreamError } from './stream-error.js'

/** How long to wait, in real ms: for the connection; for the answer and then for each next byte. */
export interface Patience {
  readonly connectMs: number
  readonly stallMs: number
}

/** An answer that has begun. Disposing closes the connection. */
export interface Connection extends AsyncDisposable {
  readonly status: number
  readonly headers: Headers
  /** The body, inflated. To be read once. @throws StreamError when the connection breaks */
  readonly body: AsyncIterable<Buffer>
  /** Close it in `ms` (real), if X has not by then; the first call counts. */
  closeIn(ms: number): void
}

/** A connection that never came about: X knows nothing of it. */
export class NotConnectedError extends StreamError {}

/**
 * GET `url` on a connection of its own, its host's address looked up anew; through the environment's proxy, where there is
 * one for it. Redirects are not followed, for the token would go with them. Ends as soon as `signal` aborts.
 * @throws StreamError when no answer comes
 */
export async function connect(
  url: URL,
  headers: Record<string, string>,
  patience: Patience,
  signal: AbortSignal,
): Promise<Connection> {
  const line = new Line(url, proxyOf(url), patience, signal)
  try {
    const { status, headers: answered, bytes } = await line.get(headers)
    return {
      status,
      headers: answered,
      body: decoded(bytes, answered),
      closeIn: (ms) => {
        line.closeIn(ms)
      },
      [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
    }
  } catch (error) {
    await line[Symbol.asyncDispose]()
    throw error
  }
}

/** @throws NotConnectedError where the environment's proxy is none that can be used */
function proxyOf(url: URL): Proxy | undefined {
  try {
    return proxyFor(url)
  } catch (error) {
    throw error instanceof ProxyError ? new NotConnectedError('network', error.message) : error
  }
}

/** The body without its coding: gzip is what was asked for. Reading one of another coding throws a StreamError. */
function decoded(bytes: ReceivedBytes, headers: Headers): AsyncIterable<Buffer> {
  const codings = listIn(headers, 'content-encoding').filter((coding) => coding !== 'identity')
  const [coding, ...more] = codings
  if (coding === undefined) return bytes
  if (more.length === 0 && (coding === 'gzip' || coding === 'x-gzip')) return inflate(bytes)
  return uncoded(codings)
}

// eslint-disable-next-line @typescript-eslint/require-await -- an iterable like the others
async function* uncoded(codings: readonly string[]): AsyncGenerator<Buffer> {
  throw new StreamError('http', `X codes its answer as ${printable(codings.join(', '), 100)}, which was not asked for`)
}

interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly bytes: ReceivedBytes
}

/** One HTTP client for one request, so that nothing of it outlives its connection. */
class Line implements AsyncDisposable {
  readonly #url: URL
  readonly #proxy: Proxy | undefined
  readonly #stallMs: number
  readonly #answerMs: number
  readonly #client: Client
  readonly #signal: AbortSignal
  /** Ends what undici knows nothing of: the way through a proxy. */
  readonly #closed = new AbortController()
  readonly #stop = () => {
    this.#close('stopped')
  }
  #timer: NodeJS.Timeout | undefined

  constructor(url: URL, proxy: Proxy | undefined, { connectMs, stallMs }: Patience, signal: AbortSignal) {
    this.#url = url
    this.#proxy = proxy
    this.#stallMs = stallMs
    this.#answerMs = connectMs + stallMs
    // Over HTTP/2 a stream may die quietly while its connection lives on (xdevplatform/twitter-api-java-sdk#37).
    const direct = buildConnector({ timeout: connectMs, allowH2: false })
    const way = { target: `${url.hostname}:${portOf(url)}`, openMs: connectMs }
    this.#client = new Client(url.origin, {
      connect: proxy ? through(() => tunnel(proxy, way, this.#closed.signal), direct) : direct,
      headersTimeout: stallMs,
      bodyTimeout: 0,
    })
    this.#signal = signal
    signal.addEventListener('abort', this.#stop)
    if (signal.aborted) this.#stop()
  }

  get(headers: Record<string, string>): Promise<Answered> {
    const { promise, resolve, reject } = Promise.withResolvers<Answered>()
    let bytes: ReceivedBytes | undefined
    let reached = false
    // From the first byte on, for a server may send the head of its answer for ever, or answers that announce another.
    const late = setTimeout(() => {
      this.#close('no answer came in time')
    }, this.#answerMs)
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => {
        reached = true
      },
      onResponseStart: (controller, status, answered) => {
        if (status < 200) return
        clearTimeout(late)
        bytes = new ReceivedBytes(controller, this.#stallMs)
        resolve({ status, headers: answered, bytes })
      },
      onResponseData: (_, chunk) => bytes?.push(chunk),
      onResponseEnd: () => bytes?.end(),
      onResponseError: (_, error) => {
        clearTimeout(late)
        const told = inWords(error, this.#address, reached)
        bytes?.end(told)
        reject(told)
      },
    }
    this.#client.dispatch({ path: this.#url.pathname + this.#url.search, method: 'GET', headers }, handler)
    return promise
  }

  closeIn(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#close('closed by us')
    }, ms)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    this.#signal.removeEventListener('abort', this.#stop)
    this.#closed.abort()
    await this.#client.destroy()
  }

  /** The host, and the way to it. */
  get #address(): string {
    return this.#proxy ? `${this.#url.host} through the proxy ${this.#proxy.name}` : this.#url.host
  }

  #close(reason: string): void {
    this.#closed.abort()
    void this.#client.destroy(new StreamError('network', reason))
  }
}

/** Connects by way of `open`, with TLS inside. */
const through =
  (open: () => Promise<Socket>, direct: buildConnector.connector): buildConnector.connector =>
  (options, callback) => {
    open().then(
      (httpSocket) => {
        direct({ ...options, httpSocket }, callback)
      },
      (error: unknown) => {
        callback(error as Error, null)
      },
    )
  }

/** The fault in words alone: a client's error objects may hold the request, and with it the token. */
function inWords(error: Error, address: string, reached: boolean): StreamError {
  if (error instanceof StreamError) return error
  if (error instanceof ProxyError) return new NotConnectedError('network', error.message)
  const text = [errorCode(error), error.message].filter(Boolean).join(': ')
  if (reached) return new StreamError('network', `the connection to ${address} broke (${text})`)
  return new NotConnectedError('network', `cannot reach ${address} (${text}): check the network and [x] base_url`)
}
