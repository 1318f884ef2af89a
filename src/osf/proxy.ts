import { env } from 'node:process'

/**
 * The proxy that the environment names for requests to `url`, without its user and password; for messages. axios itself
 * reads the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, in small letters too), and so does this.
 */
export function proxyFor({ protocol }: URL, variables: NodeJS.ProcessEnv = env): string | undefined {
  const names = [`${protocol.replace(':', '')}_proxy`, 'all_proxy']
  const text = names.flatMap((name) => [variables[name], variables[name.toUpperCase()]]).find(Boolean)
  if (text === undefined) return undefined
  const address = text.includes('://') ? text : `http://${text}`
  return URL.canParse(address) ? new URL(address).host : 'of the environment'
}
