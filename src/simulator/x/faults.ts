import type { Oddity } from '../tweets/oddities.js'

/** Faults that meet a client when it connects, by kind. `after` counts the tweets sent to its token before. */
export const connectFaults = {
  'rate-limit': '429 as for too many connects; the window is said to end in `value` seconds (60)',
  'usage-cap': '429 UsageCapExceeded: the month is used up',
  'too-many-connections': '429 ConnectionException, as if an old connection were still counted',
  unauthorized: '401, as for a wrong bearer token',
  payment: '402 CreditsDepleted',
  forbidden: '403 client-forbidden',
  unavailable: '503, X has trouble of its own',
  'refuse-connection': 'the socket is closed without an answer',
} as const

/** Faults that meet an open stream, by kind. `after` counts the tweets sent to its token so far. */
export const streamFaults = {
  'cut-between-lines': 'the connection is gone after a whole line',
  'cut-mid-line': 'half a line is sent, then the connection is reset',
  stall: 'no byte for `value` seconds (120); then all that was due meanwhile',
  quiet: 'keep-alives but no tweets for `value` seconds (600); what was due meanwhile is not sent',
  'operational-disconnect': 'a message says OperationalDisconnect, then the stream ends',
  'upstream-operational-disconnect': 'a message says UpstreamOperationalDisconnect, then the stream ends',
  'slow-reader-disconnect': 'a message says SlowReader, then the stream ends',
  'byte-by-byte': 'the next line comes in chunks of one byte',
  burst: 'the tweets of the last `value` seconds (10) come once more, all at once',
  'unknown-message': 'an object without data that nobody knows; the stream goes on',
  'garbage-line': 'a line that is no JSON; the stream goes on',
  'clean-end': 'the answer ends as if it were complete',
} as const

/**
 * Faults in the tweets themselves, by kind: the usual stream has none of them. They begin with tweets made `at` a moment or
 * once `after` so many tweets were sent, else with the first, and end after `value` seconds, or never. A replay has none.
 */
export const contentFaults = {
  nulls: 'members of some tweets and of their authors are null (3 tweets in 1,000)',
  'lone-surrogates': 'the words of some tweets end in half a surrogate pair (2 in 1,000)',
  'empty-contained-within': 'places have an empty list `contained_within`, where it was asked for',
} as const satisfies Record<Oddity, string>

export type ConnectFault = keyof typeof connectFaults
export type StreamFault = keyof typeof streamFaults

export const connectFaultKinds = Object.keys(connectFaults) as ConnectFault[]
export const contentFaultKinds = Object.keys(contentFaults) as Oddity[]
export const streamFaultKinds = Object.keys(streamFaults) as StreamFault[]
