import type { XSettings } from '../settings/settings.js'
import { fieldParameters } from './fields.js'

const PATH = '/2/tweets/sample/stream'

/** The URL of the 1 % stream. `backfillMinutes` 0 asks for none: the API takes 1 to 5. */
export function sampleUrl({ baseUrl, fields }: Pick<XSettings, 'baseUrl' | 'fields'>, backfillMinutes: number): URL {
  const url = new URL(baseUrl.replace(/\/+$/, '') + PATH)
  for (const [name, values] of Object.entries(fieldParameters[fields])) url.searchParams.set(name, values.join(','))
  if (backfillMinutes > 0) url.searchParams.set('backfill_minutes', String(backfillMinutes))
  return url
}

/** X asks for a User-Agent that tells clients and their versions apart (docs.x.com, "consuming streaming data"). */
export const sampleHeaders = (token: string, version: string): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  'user-agent': `sampled-stream-collector/${version}`,
  'accept-encoding': 'gzip',
})
