import { env } from 'node:process'
import { isLoopback } from '../settings/loopback.js'
import { isExempt } from './no-proxy.js'
import { ProxyError } from './proxy-error.js'

/** An HTTP proxy that the environment names. */
export interface Proxy {
  /** `http:` or `https:`, with the user and password where it has them. */
  readonly url: URL
  /** Host and port, for messages. */
  readonly name: string
  /** The variable that names it: `HTTPS_PROXY`. */
  readonly variable: string
}

/**
 * The proxy for requests to `url`, `undefined` where they go directly: to this machine itself, to what `NO_PROXY` lists, and
 * where there is none. As for curl, `https_proxy` and `all_proxy` count, in small or capital letters, the small ones first.
 * @throws ProxyError where what it says is no HTTP proxy
 */
export function proxyFor(url: URL, variables: NodeJS.ProcessEnv = env): Proxy | undefined {
  if (isLoopback(url.hostname) || isExempt(url, valueOf('no_proxy', variables)?.[1] ?? '')) return undefined
  const [variable, text] =
    valueOf(url.protocol.replace(':', '_proxy'), variables) ?? valueOf('all_proxy', variables) ?? []
  if (variable === undefined || text === undefined) return undefined
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const proxy = URL.canParse(address) ? new URL(address) : undefined
  if (proxy && ['http:', 'https:'].includes(proxy.protocol)) return { url: proxy, name: proxy.host, variable }
  const what = proxy ? `names a ${proxy.protocol.replace(':', '')} proxy` : 'is no address'
  throw new ProxyError(
    `${variable} ${what}: only http://HOST:PORT and https://HOST:PORT will do; correct it, or list ${url.host} in NO_PROXY`,
    {
      needsAPerson: true,
    },
  )
}

/** The name as it stands there and the value of a variable that is not empty. */
function valueOf(name: string, variables: NodeJS.ProcessEnv): readonly [name: string, value: string] | undefined {
  for (const spelled of [name, name.toUpperCase()]) {
    const value = variables[spelled]?.trim()
    if (value) return [spelled, value]
  }
  return undefined
}
