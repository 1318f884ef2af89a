import type { Problem } from './problems.js'

/** With these, and the number of a token behind the key, a client gets a bearer token: `simulated-key-1`. */
export const CONSUMER_KEY = 'simulated-key-'
export const CONSUMER_SECRET = 'simulated-secret'

/** Answer `POST /oauth2/token`: the bearer token of an application's key and secret. `body` is the form that was sent. */
export function exchangeToken(authorization: string | undefined, body: string, tokens: readonly string[]): Problem {
  if (new URLSearchParams(body).get('grant_type') !== 'client_credentials')
    return refusal(403, 170, 'Missing required parameter: grant_type')
  const basic = /^Basic (\S+)$/i.exec(authorization ?? '')?.[1] ?? ''
  const [key = '', secret] = Buffer.from(basic, 'base64').toString('utf8').split(':').map(decoded)
  const token = tokens[Number(key.slice(CONSUMER_KEY.length)) - 1]
  if (!key.startsWith(CONSUMER_KEY) || secret !== CONSUMER_SECRET || token === undefined)
    return refusal(403, 99, 'Unable to verify your credentials')
  return { status: 200, body: { token_type: 'bearer', access_token: token } }
}

const refusal = (status: number, code: number, message: string): Problem => ({
  status,
  body: { errors: [{ code, message, label: 'authenticity_token_error' }] },
})

/** Keys are percent-encoded before they are put together (RFC 6749, 2.3.1). */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
