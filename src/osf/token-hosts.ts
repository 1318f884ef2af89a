import { isIP } from 'node:net'
import { isLoopback } from '../settings/loopback.js'

/**
 * Whether the token may be sent to a host that an answer names. The API's own host may have it; where that is
 * `api.DOMAIN`, so may every host of DOMAIN: OSF names WaterButler's by the region in which a project's files lie
 * (`files.osf.io`, `files.de-1.osf.io`). Nobody else, whatever an answer says, and no other port than the API's or that of https:
 * but for this machine, where several of OSF's servers may run.
 */
export function mayHaveToken(url: URL, baseUrl: string): boolean {
  const base = new URL(baseUrl)
  if (url.protocol !== base.protocol && url.protocol !== 'https:') return false
  const host = url.hostname.toLowerCase()
  if (url.port !== '' && url.port !== base.port && !isLoopback(host)) return false
  if (host === base.hostname.toLowerCase()) return true
  const domain = /^api\.(.+\..+)$/i.exec(base.hostname)?.[1]?.toLowerCase()
  return domain !== undefined && isIP(host) === 0 && (host === domain || host.endsWith(`.${domain}`))
}
