import { buildConnector, Client, type Dispatcher } from 'undici'
import { errorCode } from '../operator-error.js'
import { printable } from '../printable.js'
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
 * GET `url` on a connection of its own, its host's address looked up anew. Redirects are not followed, for the token
 * would go with them. Ends as soon as `signal` aborts.
 * @throws StreamError when no answer comes
 */
export async function connect(
  url: URL,
  headers: Record<string, string>,
  patience: Patience,
  signal: AbortSignal,
): Promise<Connection> {
  const line = new Line(url, patience, signal)
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
  readonly #stallMs: number
  readonly #answerMs: number
  readonly #client: Client
  readonly #signal: AbortSignal
  readonly #stop = () => {
    this.#close('stopped')
  }
  #timer: NodeJS.Timeout | undefined

  constructor(url: URL, { connectMs, stallMs }: Patience, signal: AbortSignal) {
    this.#url = url
    this.#stallMs = stallMs
    this.#answerMs = connectMs + stallMs
    this.#client = new Client(url.origin, {
      // Over HTTP/2 a stream may die quietly while its connection lives on (xdevplatform/twitter-api-java-sdk#37).
      connect: buildConnector({ timeout: connectMs, allowH2: false }),
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
        const told = inWords(error, this.#url.host, reached)
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
    await this.#client.destroy()
  }

  #close(reason: string): void {
    void this.#client.destroy(new StreamError('network', reason))
  }
}

/** The fault in words alone: a client's error objects may hold the request, and with it the token. */
function inWords(error: Error, host: string, reached: boolean): StreamError {
  if (error instanceof StreamError) return error
  const text = [errorCode(error), error.message].filter(Boolean).join(': ')
  if (reached) return new StreamError('network', `the connection to ${host} broke (${text})`)
  return new NotConnectedError('network', `cannot reach ${host} (${text}): check the network and [x] base_url`)
}
