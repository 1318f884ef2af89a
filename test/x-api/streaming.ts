import { ConnectBudget } from '../../src/x-api/connect-budget.js'
import { sampledStream } from '../../src/x-api/sampled-stream.js'
import type { StreamItem } from '../../src/x-api/stream-item.js'
import { MINUTE_MS } from '../../src/utc.js'
import { recordingLog } from '../support/recording-log.js'
import { SleeplessClock } from '../support/sleepless-clock.js'
import { temporaryFolder } from '../support/temporary-folder.js'

export const TOKEN = 'AAAA-secret-token-ZZZZ'
export const START = '2026-11-21T13:00:00Z'

interface Streaming {
  readonly token?: string
  readonly coveredUntil?: number
  readonly backfillMinutes?: number
  readonly socketMs?: number
  /** So long the disk takes to remember a connect. */
  readonly slowDiskMs?: number
}

/** A client of the stream at `baseUrl`, with a clock on which waiting takes no time, and its items at hand. */
export async function streaming(baseUrl: string, options: Streaming = {}) {
  const folder = await temporaryFolder()
  const clock = new SleeplessClock(START, options)
  const log = recordingLog()
  const stop = new AbortController()
  const budget = await ConnectBudget.open(folder.path, { clock, log })
  const items = sampledStream(
    {
      x: {
        bearerTokenFile: undefined,
        baseUrl,
        backfillMinutes: options.backfillMinutes ?? 5,
        fields: 'lean',
        silenceMs: 5 * MINUTE_MS,
      },
      token: () => Promise.resolve(options.token ?? TOKEN),
      version: '1.2.3',
      clock,
      log,
      random: () => 0,
      budget: {
        waitMs: () => budget.waitMs(),
        take: async () => {
          await budget.take()
          clock.advance(options.slowDiskMs ?? 0)
        },
        giveBack: () => budget.giveBack(),
      },
      coveredUntil: options.coveredUntil,
    },
    stop.signal,
  )
  const next = async (): Promise<StreamItem> => {
    const result = (await items.next()) as IteratorResult<StreamItem, undefined>
    if (result.done) throw new Error('the stream has ended')
    return result.value
  }
  return {
    clock,
    log,
    stop,
    items,
    /** The next item; an error where the stream has ended. */
    next,
    /** The items up to the first of this kind. */
    until: async (kind: StreamItem['kind']): Promise<StreamItem[]> => {
      const seen: StreamItem[] = []
      while (seen.at(-1)?.kind !== kind) {
        seen.push(await next())
      }
      return seen
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await items.return(undefined)
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** The lines of these items' tweets, as text. */
export const linesOf = (items: readonly StreamItem[]): string[] =>
  items.flatMap((item) => (item.kind === 'tweets' ? item.lines.map((line) => line.toString()) : []))

export const kindsOf = (items: readonly StreamItem[]): string[] => items.map(({ kind }) => kind)
