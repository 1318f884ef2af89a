import type { Servers } from './two-machines.js'

const MINUTE_MS = 60_000
/** X sends a tweet up to a minute after it was made; and of a process that is killed the last bytes are lost. */
const UNDER_WAY_MS = 2 * MINUTE_MS

/** When a tweet of this ID was made, in ms since 1970. Source: Twitter's snowflake. */
const madeMs = (id: string): number => Number((BigInt(id) >> 22n) + 1_288_834_974_657n)

/** Whether a tweet was made while one of the servers was connected with X, as X has it; or so late before that it was sent as backfill. */
export async function isHeard(servers: Servers): Promise<(id: string) => boolean> {
  const connections = (await Promise.all(servers.map(({ simulators }) => simulators.connections()))).flat()
  const spans = connections
    .filter(({ status }) => status === 200)
    .map(({ from, until, query }) => {
      const backfillMs = Number(new URLSearchParams(query).get('backfill_minutes') ?? 0) * MINUTE_MS
      return {
        fromMs: Date.parse(from) - backfillMs,
        untilMs: until === undefined ? Infinity : Date.parse(until) - UNDER_WAY_MS,
      }
    })
  return (id) => {
    const ms = madeMs(id)
    return spans.some(({ fromMs, untilMs }) => fromMs <= ms && ms < untilMs)
  }
}
