import { z } from 'zod'
import { DAY_MS, HOUR_MS } from '../../utc.js'

/** What is known of the delivery of a waiting mail, kept with it. */
export const deliverySchema = z.object({
  /** Receivers who have it. */
  accepted: z.array(z.string()),
  /** Receivers whom the mail server refused for good, with its words. */
  refused: z.record(z.string(), z.string()),
  fate: z.enum(['deferred', 'refused', 'unknown']),
  /** How often it has met this fate. */
  tries: z.int().positive(),
  /** The last time. */
  at: z.iso.datetime(),
  /** To whom and by whom it was sent: with other settings it is tried afresh. */
  by: z.string(),
})

export type DeliveryState = z.infer<typeof deliverySchema>

/**
 * How long to wait after the first, second … try of such a fate, in ms; after the last the mail is given up. What a server
 * refused may have been mended since, so the next run tries once more at once. What may be delivered is sent again late and
 * seldom, for each time may make a double.
 */
const WAITS_MS: Record<DeliveryState['fate'], readonly number[]> = {
  deferred: [],
  refused: [0, HOUR_MS, 6 * HOUR_MS, DAY_MS, DAY_MS],
  unknown: [HOUR_MS, 6 * HOUR_MS, DAY_MS],
}

/** A mail that is only ever put off is given up after so long, as mail servers do (RFC 5321, 4.5.4.1). */
const LONGEST_DEFERRED_MS = 5 * DAY_MS

/** When to try a mail again, in ms since 1970; `undefined` where it is given up. `since` is when it was put into the outbox. */
export function nextTryMs({ fate, tries, at }: DeliveryState, since: number): number | undefined {
  const lastMs = Date.parse(at)
  if (fate === 'deferred') return lastMs - since > LONGEST_DEFERRED_MS ? undefined : lastMs
  const waitMs = WAITS_MS[fate][tries - 1]
  return waitMs === undefined ? undefined : lastMs + waitMs
}

/** Whether it is time. A clock that was set back must not keep a mail for as long. */
export function isDue(state: DeliveryState, since: number, nowMs: number): boolean {
  const next = nextTryMs(state, since)
  return next !== undefined && (nowMs >= next || nowMs < Date.parse(state.at))
}

/** The receivers who are still to get it. */
export const owed = (state: DeliveryState | undefined, receivers: readonly string[]): string[] =>
  receivers.filter((one) => !state || (!state.accepted.includes(one) && !Object.hasOwn(state.refused, one)))

/** The state after another try. */
export function afterTry(
  before: DeliveryState | undefined,
  {
    fate,
    accepted = [],
    refused = new Map(),
  }: { fate: DeliveryState['fate']; accepted?: readonly string[]; refused?: ReadonlyMap<string, string> },
  { at, by }: { at: string; by: string },
): DeliveryState {
  return {
    accepted: [...(before?.accepted ?? []), ...accepted],
    refused: { ...before?.refused, ...Object.fromEntries(refused) },
    fate,
    tries: before?.fate === fate ? before.tries + 1 : 1,
    ...{ at, by },
  }
}
