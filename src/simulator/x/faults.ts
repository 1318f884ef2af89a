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

export type ConnectFault = keyof typeof connectFaults
export type StreamFault = keyof typeof streamFaults

export const connectFaultKinds = Object.keys(connectFaults) as ConnectFault[]
export const streamFaultKinds = Object.keys(streamFaults) as StreamFault[]
