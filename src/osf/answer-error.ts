import { z } from 'zod'
import { printable } from '../printable.js'
import { proxyFor } from '../proxy/proxy.js'
import type { OsfAnswer, OsfRequest } from './osf-request.js'
import { OsfError } from './osf-error.js'
import { parseEntry } from './remote-entry.js'
import { parseRetryAfterMs } from './retry-policy.js'

/** What OSF says of a fault: API v2 in `errors`, WaterButler in `message` or `message_long`, its rate limiter in `error`. */
const faultSchema = z.object({
  errors: z.array(z.object({ detail: z.string() })).optional(),
  message: z.string().optional(),
  message_long: z.string().optional(),
  error: z.string().optional(),
})

/** The error that an answer stands for which is no success; statuses as in WaterButler's and osf.io's sources. */
export function answerError(answer: OsfAnswer, project: string, nowMs: number): OsfError {
  const { status, request } = answer
  const detail = detailOf(answer)
  const between = proxyError(answer)
  if (between) return between
  const told = `${request.url.host} answered ${status}${detail && ` (${detail})`} to ${request.what}`
  if (status === 401 || status === 403) return accessError(told, detail, project)
  if (status === 404 || status === 410) return missingError(told, request)
  if (status === 409)
    return new OsfError('exists', `${told}: the next run looks again`, { existing: existingFile(answer) })
  if (status === 413) return new OsfError('too-large', `${told}: publish it elsewhere`)
  if (status === 507)
    return new OsfError(
      'quota',
      `${told}: the storage of project ${project} is full; make room, or set [osf] project to a new one`,
    )
  if (status === 429 || status >= 500) {
    const retryAfterMs = parseRetryAfterMs(headerOf(answer, 'retry-after'), nowMs)
    return new OsfError('temporary', `${told}: the next run tries again`, { retryAfterMs })
  }
  if (status >= 300 && status < 400)
    return new OsfError('refused', `${told}, a redirect to ${headerOf(answer, 'location')}: check [osf] base_url`, {
      fatal: true,
    })
  return new OsfError('refused', `${told}: OSF does not understand this version of the program; report it`)
}

/** The error for a success that is not what the request asks for, as from a proxy or another service. */
export const strangeAnswer = ({ request, status }: OsfAnswer): OsfError =>
  new OsfError(
    'temporary',
    `${request.url.host} answered ${status} to ${request.what}, but not as OSF does: check [osf] base_url; the next run tries again`,
  )

/** A refusal that is not in OSF's words is a proxy's, or a firewall's: OSF and WaterButler give their reasons in JSON. */
function proxyError({ status, request: { url, what }, json }: OsfAnswer): OsfError | undefined {
  if (status !== 407 && !([401, 403].includes(status) && json === undefined)) return undefined
  const proxy = proxyFor(url)
  const who = proxy === undefined ? `something on the way to ${url.host}` : `the proxy ${proxy.name}`
  const advice =
    status === 407
      ? 'it wants a user and password: put them into HTTPS_PROXY, or list the host in NO_PROXY'
      : `have it let this machine through to ${url.host}, or list the host in NO_PROXY`
  return new OsfError('temporary', `${who} answered ${status} to ${what}, not OSF: ${advice}`, { fatal: true })
}

/** A file that somebody has checked out is refused with 403 as well, but that is no fault of the token's. */
function accessError(told: string, detail: string, project: string): OsfError {
  if (detail.includes('checkout')) return new OsfError('refused', `${told}: check the file in again at OSF`)
  return new OsfError(
    'auth',
    `${told}: check [osf] token_file; the token needs the scope osf.full_write, its owner write access to project ${project}`,
  )
}

function missingError(told: string, { concerns }: OsfRequest): OsfError {
  return concerns === 'project'
    ? new OsfError('not-found', `${told}: check [osf] project, and that the token's owner can see it`, { fatal: true })
    : new OsfError('not-found', `${told}: look whether it was removed at OSF`)
}

function detailOf(answer: OsfAnswer): string {
  const fault = faultSchema.safeParse(answer.json).data
  const words = fault?.errors?.[0]?.detail ?? fault?.message_long ?? fault?.message ?? fault?.error ?? ''
  const requestId = headerOf(answer, 'x-waterbutler-request-id')
  return [printable(words.replaceAll(/\s+/g, ' '), 200), requestId && `request ${requestId}`].filter(Boolean).join('; ')
}

function existingFile({ json, request }: OsfAnswer) {
  const entry = parseEntry(json, request.url)
  return entry?.kind === 'file' ? entry : undefined
}

function headerOf({ headers }: OsfAnswer, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}
