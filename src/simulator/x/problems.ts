import type { ConnectFault } from './faults.js'

/** An answer that is no stream. The bodies are X's own, as found in public bug reports and in the API's documentation. */
export interface Problem {
  readonly status: number
  readonly body: Record<string, unknown>
}

const PROBLEMS = 'https://api.twitter.com/2/problems'

export const unauthorized: Problem = {
  status: 401,
  body: { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' },
}

export const notFound: Problem = {
  status: 404,
  body: { title: 'Not Found', type: 'about:blank', status: 404, detail: 'Not Found' },
}

export const tooManyConnections: Problem = {
  status: 429,
  body: {
    title: 'ConnectionException',
    detail: 'This stream is currently at the maximum allowed connection limit.',
    connection_issue: 'TooManyConnections',
    type: `${PROBLEMS}/streaming-connection`,
  },
}

/** What the window of connects answers; the fault of that name has the other form that X uses. */
export const rateLimitExceeded: Problem = {
  status: 429,
  body: { title: 'Too Many Requests', detail: 'Too Many Requests', type: `${PROBLEMS}/rate-limit-exceeded` },
}

/** Stands among the errors of an answer that has the other tweets. */
export const tweetNotFound = (id: string): Record<string, unknown> => ({
  value: id,
  detail: `Could not find tweet with ids: [${id}].`,
  title: 'Not Found Error',
  resource_type: 'tweet',
  parameter: 'ids',
  resource_id: id,
  type: `${PROBLEMS}/resource-not-found`,
})

/** Every fault of a request is one entry. */
export function invalidRequest(faults: readonly { parameter: string; values: readonly string[]; message: string }[]) {
  return {
    status: 400,
    body: {
      errors: faults.map(({ parameter, values, message }) => ({ parameters: { [parameter]: values }, message })),
      title: 'Invalid Request',
      detail: 'One or more parameters to your request was invalid.',
      type: `${PROBLEMS}/invalid-request`,
    },
  } satisfies Problem
}

/** What each fault on connecting answers. */
export const faultProblems: Record<Exclude<ConnectFault, 'refuse-connection'>, Problem> = {
  unauthorized,
  'too-many-connections': tooManyConnections,
  'rate-limit': {
    status: 429,
    body: { title: 'Too Many Requests', detail: 'Too Many Requests', type: 'about:blank', status: 429 },
  },
  'usage-cap': {
    status: 429,
    body: {
      account_id: '1000000000000000001',
      product_name: 'standard-basic',
      title: 'UsageCapExceeded',
      period: 'Monthly',
      scope: 'Product',
      detail: 'Usage cap exceeded: Monthly product cap',
      type: `${PROBLEMS}/usage-capped`,
    },
  },
  payment: {
    status: 402,
    body: {
      title: 'CreditsDepleted',
      detail: 'Your enrolled account [1000000000000000001] does not have any credits to fulfill this request.',
      type: `${PROBLEMS}/credits`,
    },
  },
  forbidden: {
    status: 403,
    body: {
      client_id: '10000001',
      detail:
        'When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens from a Twitter developer App that is attached to a Project. You can create a project via the developer portal.',
      registration_url: 'https://developer.twitter.com/en/docs/projects/overview',
      title: 'Client Forbidden',
      required_enrollment: 'Appropriate Level of API Access',
      reason: 'client-not-enrolled',
      type: `${PROBLEMS}/client-forbidden`,
    },
  },
  unavailable: {
    status: 503,
    body: { title: 'Service Unavailable', detail: 'Service Unavailable', type: 'about:blank', status: 503 },
  },
}

/** Messages within a stream, as lines of text without their end. */
export const messages = {
  'operational-disconnect': disconnect(
    'OperationalDisconnect',
    'This stream has been disconnected for operational reasons.',
    'https://api.twitter.com',
  ),
  'upstream-operational-disconnect': disconnect(
    'UpstreamOperationalDisconnect',
    'This stream has been disconnected upstream for operational reasons.',
    'https://api.x.com',
  ),
  'slow-reader': disconnect(
    'SlowReader',
    'This stream has been disconnected because its client reads too slowly.',
    'https://api.twitter.com',
  ),
  'unknown-message': JSON.stringify({ notice: { kind: 'schema-change', detail: 'Nobody has seen this before.' } }),
  'garbage-line': '{"data":{"id":"21241274411222\u0007 <html>502 Bad Gateway</html>',
} as const

function disconnect(type: string, detail: string, host: string): string {
  const title = 'operational-disconnect'
  return JSON.stringify({ errors: [{ title, disconnect_type: type, detail, type: `${host}/2/problems/${title}` }] })
}
