import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FaultPlan } from '../fault-plan.js'
import type { TweetSource } from '../tweets/tweet-source.js'
import type { Connect } from './client.js'

const CHUNK_IDS = 5000

/** What the simulator tells of itself, under `/_simulator/`. */
export interface Confidant {
  readonly source: TweetSource
  readonly faults: FaultPlan
  readonly connects: readonly Connect[]
}

/**
 * Answer a question about the simulation: `truth?from=ISO&to=ISO` (the IDs of all tweets made in that time, ascending,
 * one a line), `faults` (fired and pending) or `connections` (who was connected from when to when). False for any other.
 */
export async function answerInquiry(confidant: Confidant, url: URL, response: ServerResponse): Promise<boolean> {
  switch (url.pathname) {
    case '/_simulator/truth':
      await tellTruth(confidant.source, url.searchParams, response)
      return true
    case '/_simulator/faults':
      tell(response, faultsOf(confidant.faults))
      return true
    case '/_simulator/connections':
      tell(response, confidant.connects.map(readable))
      return true
    default:
      return false
  }
}

async function tellTruth(source: TweetSource, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const from = Date.parse(query.get('from') ?? '')
  const to = Date.parse(query.get('to') ?? '')
  if (Number.isNaN(from) || Number.isNaN(to)) {
    response.writeHead(400).end('truth wants from and to as ISO 8601, such as from=2026-11-21T13:00:00Z\n')
    return
  }
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
  // Whoever asked may go away in the middle of a long answer; that is theirs to notice.
  await pipeline(Readable.from(inChunks(source.idsMadeBetween(from, to))), response).catch(() => undefined)
}

function* inChunks(ids: Iterable<string>): Generator<string> {
  let lines: string[] = []
  for (const id of ids) {
    lines.push(id)
    if (lines.length < CHUNK_IDS) continue
    yield `${lines.join('\n')}\n`
    lines = []
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`
}

function tell(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(`${JSON.stringify(value)}\n`)
}

const faultsOf = ({ fired, pending }: FaultPlan) => ({
  fired: fired.map(({ fault, at }) => ({ fault, at: new Date(at).toISOString() })),
  pending,
})

const readable = ({ fromMs, untilMs, ...rest }: Connect) => ({
  ...rest,
  from: new Date(fromMs).toISOString(),
  until: untilMs === undefined ? undefined : new Date(untilMs).toISOString(),
})
