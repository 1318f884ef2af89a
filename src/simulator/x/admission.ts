import type { Clock } from '../../clock.js'
import type { FaultPlan } from '../fault-plan.js'
import type { Client } from './client.js'
import { rateLimitHeaders } from './connect-window.js'
import { connectFaultKinds, type ConnectFault } from './faults.js'
import { faultProblems, rateLimitExceeded, tooManyConnections, unauthorized, type Problem } from './problems.js'
import { parseStreamRequest, type StreamRequest } from './stream-request.js'

const PLAIN_RATE_LIMIT_SECONDS = 60

/** What a connect comes to: a stream, a problem, or no answer at all. */
export type Admission = { readonly headers: Record<string, string> } & (
  | { readonly kind: 'stream'; readonly client: Client; readonly request: StreamRequest }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'refused' }
)

/** Whoever decides on connects knows this. */
export interface Gate {
  readonly clock: Clock
  readonly faults: FaultPlan
  readonly clients: ReadonlyMap<string, Client>
  readonly redundantConnections: number
}

/** Decide on a connect, and count it in its token's window. `token` is `undefined` where none was sent. */
export function admit(gate: Gate, token: string | undefined, query: URLSearchParams): Admission {
  const client = gate.clients.get(token ?? '')
  const allowance = client?.window.count(gate.clock.now())
  const headers = allowance ? rateLimitHeaders(allowance) : {}
  const fault = gate.faults.take('x', connectFaultKinds, { count: client?.sent ?? 0, who: token ?? '' })
  if (fault) return faulty(fault.kind as ConnectFault, headers, gate.clock.now(), fault.value)
  const refuse = (problem: Problem): Admission => ({ kind: 'problem', headers, problem })
  if (!client) return refuse(unauthorized)
  if (allowance?.exceeded) return refuse(rateLimitExceeded)
  const request = parseStreamRequest(query)
  if ('status' in request) return refuse(request)
  if (client.open >= gate.redundantConnections) return refuse(tooManyConnections)
  return { kind: 'stream', headers, client, request }
}

function faulty(kind: ConnectFault, headers: Record<string, string>, nowMs: number, value?: number): Admission {
  if (kind === 'refuse-connection') return { kind: 'refused', headers }
  const problem = faultProblems[kind]
  if (kind !== 'rate-limit') return { kind: 'problem', headers, problem }
  const resetMs = nowMs + (value ?? PLAIN_RATE_LIMIT_SECONDS) * 1000
  const exhausted = { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(Math.ceil(resetMs / 1000)) }
  return { kind: 'problem', headers: { ...headers, ...exhausted }, problem }
}
