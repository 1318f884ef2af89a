import { FaultPlan, type Fault } from '../../../src/simulator/fault-plan.js'
import type { XApiOptions } from '../../../src/simulator/x/options.js'
import { startXApi, type XApi } from '../../../src/simulator/x/x-api.js'
import { ManualClock } from '../../support/manual-clock.js'
import { recordingLog } from '../../support/recording-log.js'

export const START = '2026-11-21T13:00:00Z'
export const startMs = Date.parse(START)

type Wanted = Partial<Omit<XApiOptions, 'faults'>> & { faults?: Omit<Fault, 'service'>[] }

/** A simulated X API on a clock that stands still, with tokens token-1 and token-2. */
export async function simulated({ faults = [], ...options }: Wanted = {}): Promise<
  AsyncDisposable & { x: XApi; clock: ManualClock; plan: FaultPlan; log: ReturnType<typeof recordingLog> }
> {
  const clock = new ManualClock(START)
  const log = recordingLog()
  const plan = new FaultPlan(
    faults.map((fault) => ({ ...fault, service: 'x' })),
    clock,
  )
  const tokens = ['token-1', 'token-2']
  const x = await startXApi({ clock, log, seed: 7, rate: 20, tokens, record: true, faults: plan, ...options })
  return { x, clock, plan, log, [Symbol.asyncDispose]: () => x[Symbol.asyncDispose]() }
}
