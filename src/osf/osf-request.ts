import type { Agent } from 'node:https'
import { Readable } from 'node:stream'
import axios, { AxiosError, type AxiosResponse } from 'axios'
import type { Clock } from '../clock.js'
import { errorCode, errorText } from '../operator-error.js'
import { ProxyError } from '../proxy/proxy-error.js'
import { proxyFor } from '../proxy/proxy.js'
import { MINUTE_MS } from '../utc.js'
import { bytesOf, type LocalContent } from './local-content.js'
import { OsfError } from './osf-error.js'
import { StallTimer } from './stall-timer.js'
import { tunnelAgent } from './tunnel-agent.js'

/** A connection on which not one byte has moved for so long is given up; WaterButler may take its time to answer. */
const STALL_MS = 120_000

/** Beyond this no answer of OSF's is: the listing of a folder of 10,000 files has some 15 MB. Counted after inflating. */
const MOST_ANSWER_BYTES = 32 * 2 ** 20
/** A whole exchange, though bytes trickle; for a file as much more as the slowest line needs. */
const LONGEST_MS = 10 * MINUTE_MS
const SLOWEST_BYTES_PER_SECOND = 16 * 1024
/** A proxy that has not opened the way by then is given up. */
const TUNNEL_MS = 30_000

export interface OsfRequest {
  readonly method: 'GET' | 'PUT'
  readonly url: URL
  /** What it is for, in messages: `the upload of /2026/11/21/…`. */
  readonly what: string
  /** Whose absence a 404 tells of; a file's or folder's unless said. */
  readonly concerns?: 'project'
  readonly content?: LocalContent
}

/** What came back, whatever the status. Nothing in it holds the token. */
export interface OsfAnswer {
  readonly request: OsfRequest
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  /** `undefined` where the body is no JSON. */
  readonly json: unknown
}

/**
 * Send a request and wait for its answer. A new read stream is opened each time, so it may be sent again.
 * @throws OsfError `temporary` when the connection fails or stalls, `pending` when `signal` ends it, `local`
 */
export async function send(
  request: OsfRequest,
  { token, clock }: { token: string; clock: Clock },
  signal: AbortSignal,
): Promise<OsfAnswer> {
  using stall = new StallTimer(clock.socketMs(STALL_MS))
  const body = request.content && Readable.from(bytesOf(request.content, stall.moved), { objectMode: false })
  try {
    const longestMs = LONGEST_MS + ((request.content?.bytes ?? 0) / SLOWEST_BYTES_PER_SECOND) * 1000
    const until = AbortSignal.any([
      signal,
      stall.signal,
      AbortSignal.timeout(Math.round(2 * clock.socketMs(longestMs / 2))),
    ])
    const proxy = proxyFor(request.url)
    // axios would go by the environment's proxy in its own way, and for this machine too.
    const httpsAgent = proxy && tunnelAgent(proxy, clock.socketMs(TUNNEL_MS), until)
    return answerOf(request, await exchange(request, body, { token, httpsAgent, moved: stall.moved, until }), token)
  } catch (error) {
    if (signal.aborted)
      throw new OsfError('pending', `${request.what} was stopped: the next run does it`, { fatal: true })
    throw transportError(request, error, stall, token)
  } finally {
    // An answer may come before the body is sent; the rest of it is then not wanted.
    body?.destroy()
  }
}

interface Exchange {
  readonly token: string
  /** Where a proxy is to be passed. */
  readonly httpsAgent: Agent | undefined
  /** Called whenever bytes have come. */
  readonly moved: () => void
  readonly until: AbortSignal
}

function exchange(
  { method, url, content }: OsfRequest,
  body: Readable | undefined,
  { token, httpsAgent, moved, until }: Exchange,
): Promise<AxiosResponse<string>> {
  return axios.request<string>({
    method,
    url: url.href,
    headers: {
      Authorization: `Bearer ${token}`,
      // The version is pinned, for each moves some member of the answers.
      Accept: 'application/vnd.api+json;version=2.20, application/json',
      ...(content && { 'Content-Type': 'application/octet-stream', 'Content-Length': content.bytes }),
    },
    data: body,
    responseType: 'text',
    transformResponse: (text: string) => text,
    validateStatus: () => true,
    maxRedirects: 0,
    maxBodyLength: Infinity,
    maxContentLength: MOST_ANSWER_BYTES,
    // axios's own is a limit to the whole exchange, however lively it is.
    timeout: 0,
    onDownloadProgress: moved,
    signal: until,
    proxy: false,
    ...(httpsAgent && { httpsAgent }),
  })
}

/** Servers in between sometimes show in an error what they were sent, so the token is taken out of the text. */
function answerOf(request: OsfRequest, response: AxiosResponse<string>, token: string): OsfAnswer {
  const { status, headers, data } = response
  return {
    request,
    status,
    headers: headers,
    json: parseJson(data.replaceAll(token, '***')),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An error of axios holds the request with its token, so only its words are kept. */
function transportError(request: OsfRequest, error: unknown, stall: StallTimer, token: string): unknown {
  const cause = error instanceof AxiosError ? error.cause : error
  if (cause instanceof ProxyError)
    return new OsfError('temporary', `${request.what}: ${cause.message}`, { fatal: cause.needsAPerson })
  const host = request.url.host + through(request.url)
  if (stall.signal.aborted) {
    const seconds = Math.round(stall.stallMs / 1000)
    return new OsfError('temporary', `${host} was silent for ${seconds} s at ${request.what}: the next run tries again`)
  }
  if (cause instanceof OsfError) return cause
  if (axios.isCancel(error))
    return new OsfError('temporary', `${host} came to no end of ${request.what}: the next run tries again`)
  if (errorText(error).startsWith('maxContentLength'))
    return new OsfError(
      'temporary',
      `${host} answers ${request.what} with more than ${MOST_ANSWER_BYTES} bytes: check [osf] base_url`,
      { fatal: true },
    )
  if (!(error instanceof AxiosError) && errorCode(error) === undefined) return error
  const words = (errorText(error) || errorCode(error) || 'no reason given').replaceAll(token, '***')
  return new OsfError(
    'temporary',
    `the connection to ${host} failed at ${request.what} (${words}): check the network and [osf] base_url; the next run tries again`,
  )
}

const through = (url: URL): string => {
  const proxy = proxyFor(url)
  return proxy === undefined ? '' : ` through the proxy ${proxy.name}`
}
