import type { Refusal } from './answer.js'
import { type Answer } from './answer.js'
import { apiRefusal } from './api-answers.js'
import { apiThrottled, waterButlerThrottled } from './rate-limit.js'
import { forbidden, notFound, waterButlerRefusal } from './waterbutler-answers.js'

const REASONS: Record<number, string> = { 500: 'Internal Server Error', 502: 'Bad Gateway', 504: 'Gateway Time-out' }

/** What the proxy before OSF answers where the service behind it is ill. */
const proxyAnswer = (status: number): Answer => {
  const reason = `${status} ${REASONS[status] ?? 'Error'}`
  return { status, html: `<html><head><title>${reason}</title></head><body><h1>${reason}</h1></body></html>` }
}

/** The answer of `status` in the words of the side that was asked. */
export function faultAnswer(status: number, side: 'api' | 'waterbutler', path: string): Answer {
  if (REASONS[status] !== undefined) return proxyAnswer(status)
  return side === 'api' ? apiFault(status).answer : waterButlerFault(status, path).answer
}

function apiFault(status: number): Refusal {
  if (status === 401) return apiRefusal(401, 'User provided an invalid OAuth2 access token')
  if (status === 403) return apiRefusal(403, 'You do not have permission to perform this action.')
  if (status === 404) return apiRefusal(404, 'Not found.')
  if (status === 429) return apiThrottled(1)
  return apiRefusal(status, `simulated ${status}`)
}

function waterButlerFault(status: number, path: string): Refusal {
  if (status === 401 || status === 403) return forbidden(status)
  if (status === 404) return notFound(path)
  if (status === 429) return waterButlerThrottled(1)
  if (status === 503) return waterButlerRefusal(503, 'Unable to connect to auth sever')
  if (status === 507) return waterButlerRefusal(507, 'The quota on this osfstorage project has been exceeded')
  return waterButlerRefusal(status, `simulated ${status}`)
}
