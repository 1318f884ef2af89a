import type { Clock } from '../../clock.js'
import type { Log } from '../../log.js'
import type { FaultPlan } from '../fault-plan.js'
import type { Connect } from './client.js'

/** How the simulated X API is to be. Times are the clock's. */
export interface XApiOptions {
  readonly clock: Clock
  readonly log: Log
  /** A whole number; the tweets depend on nothing else but the rate and the time. */
  readonly seed: number
  /** Tweets made, or lines replayed, in a second: a whole number from 1 to 20,000. */
  readonly rate: number
  /** The bearer tokens that are accepted. */
  readonly tokens: readonly string[]
  /** Kinds are in `faults.ts`; `only` is matched against the token, `after` counts the tweets sent to it. */
  readonly faults: FaultPlan
  /** 127.0.0.1 unless told. */
  readonly host?: string
  /** Any free one unless told. */
  readonly port?: number
  /** Recorded payloads, one a line, to stream instead of made-up tweets. */
  readonly replay?: readonly string[]
  /** When nothing was sent for so long, a keep-alive is; 20 s unless told. */
  readonly keepAliveMs?: number
  /** Connections that one token may have at once; 1 unless told. */
  readonly redundantConnections?: number
  /** Connects that one token may make in fifteen minutes; 50 unless told. */
  readonly connectsPerWindow?: number
  /** A reader who leaves more than this unread is cut off; 64 MiB unless told. */
  readonly slowReaderBytes?: number
  /** Keep the IDs sent to each token, for tests: they take memory without end. */
  readonly record?: boolean
  /** Is told of every whole tweet as it is sent: on which connect, its ID, its bytes without CRLF. For a judge. */
  readonly onTweet?: (connect: Connect, id: string, line: Uint8Array) => void
}
