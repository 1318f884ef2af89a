import { request as requestPlain, STATUS_CODES, type IncomingMessage } from 'node:http'
import { request as requestEncrypted } from 'node:https'
import type { Socket } from 'node:net'
import { errorCode, errorText } from '../operator-error.js'
import type { Proxy } from './proxy.js'
import { ProxyError } from './proxy-error.js'

export interface TunnelOptions {
  /** `HOST:PORT` to which it leads. */
  readonly target: string
  /** How long the proxy may take to open it, in real ms. */
  readonly openMs: number
}

/**
 * A connection to `target` through a proxy (CONNECT, RFC 9110, 9.3.6): nothing of what is sent through it has been sent, and
 * with TLS inside the proxy sees none of it. Node's parser bounds the head of the proxy's answer.
 * @throws ProxyError naming the proxy; where `signal` aborts, too
 */
export async function tunnel(proxy: Proxy, { target, openMs }: TunnelOptions, signal: AbortSignal): Promise<Socket> {
  const late = AbortSignal.timeout(Math.round(openMs))
  try {
    const [answer, socket] = await connect(proxy, target, AbortSignal.any([signal, late]))
    if (isSuccess(answer)) return socket
    socket.destroy()
    throw refusal(proxy, target, answer.statusCode ?? 0)
  } catch (error) {
    if (error instanceof ProxyError) throw error
    throw failure(proxy, target, late.aborted ? `no answer within ${Math.round(openMs / 1000)} s` : error)
  }
}

const isSuccess = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 200 && statusCode < 300

function connect({ url }: Proxy, target: string, signal: AbortSignal): Promise<[IncomingMessage, Socket]> {
  const { promise, resolve, reject } = Promise.withResolvers<[IncomingMessage, Socket]>()
  const request = url.protocol === 'https:' ? requestEncrypted : requestPlain
  const { username, password, hostname, port } = url
  const login = `${decoded(username)}:${decoded(password)}`
  request({
    ...{ method: 'CONNECT', path: target, agent: false, signal },
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(port && { port }),
    headers: {
      host: target,
      ...(username && { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
    },
  })
    .once('connect', (answer, socket) => {
      resolve([answer, socket])
    })
    .once('error', reject)
    .end()
  return promise
}

/** Passwords in an address are percent-encoded; a `%` that encodes nothing is itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function refusal({ name, url, variable }: Proxy, target: string, status: number): ProxyError {
  const host = target.replace(/:\d+$/, '')
  const answered = `the proxy ${name} answered ${`${status} ${STATUS_CODES[status] ?? ''}`.trim()} for ${target}`
  if (status === 407) {
    const advice = url.username
      ? `it does not take the user and password in ${variable}: correct them`
      : `it wants a user and password: put them into ${variable} as http://USER:PASSWORD@${name}`
    return new ProxyError(`${answered}: ${advice}, or list ${host} in NO_PROXY`, { needsAPerson: true })
  }
  if (status >= 500)
    return new ProxyError(`${answered}: it can't reach it now, or whoever runs it must look; trying again`)
  return new ProxyError(`${answered}: have it let this machine through to ${host}, or list ${host} in NO_PROXY`, {
    needsAPerson: true,
  })
}

function failure({ name, variable }: Proxy, target: string, reason: unknown): ProxyError {
  const words = typeof reason === 'string' ? reason : [errorCode(reason), errorText(reason)].filter(Boolean).join(': ')
  return new ProxyError(`the proxy ${name} opened no way to ${target} (${words}): check ${variable} and that it runs`, {
    cause: reason,
  })
}
