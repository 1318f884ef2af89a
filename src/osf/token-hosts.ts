import { isIP } from 'node:net'

/**
 * Whether the token may be sent to a host that an answer names. The API's own host may have it; where that is
 * `api.DOMAIN`, so may every host of DOMAIN: OSF names WaterButler's by the region in which a project's files lie
 * (`files.osf.io`, `files.de-1.osf.io`). Nobody else, whatever an answer says.
 */
export function mayHaveToken(url: URL, baseUrl: string): boolean {
  const base = new URL(baseUrl)
  if (url.protocol !== base.protocol && url.protocol !== 'https:') return false
  const host = url.hostname.toLowerCase()
  if (host === base.hostname.toLowerCase()) return true
  const domain = /^api\.(.+\..+)$/i.exec(base.hostname)?.[1]?.toLowerCase()
  return domain !== undefined && isIP(host) === 0 && (host === domain || host.endsWith(`.${domain}`))
}
