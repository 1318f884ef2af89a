import { rm } from 'node:fs/promises'
import { OperatorError } from '../operator-error.js'
import { Narrator, type Teller } from './narrator.js'
import { Stage, type StageOptions } from './stage.js'

/** How much faster than the wall's the demo's clock runs: the first on an idle machine, the others on ever busier ones. */
const SPEEDS = [160, 80, 40, 20] as const
const POLL_MS = 5000

export interface StartOptions extends Omit<StageOptions, 'speed'> {
  /** What the clock may show at most when both collectors are connected; ms since 1970. */
  readonly connectedByMs: number
}

/**
 * A stage with both collectors connected. Where the machine is too busy to get there in time everything is started again
 * with a slower clock, for X repeats only five of its minutes after a lost connection.
 * @throws OperatorError where even the slowest clock is too fast
 */
export async function startedStage(options: StartOptions, out: Teller, signal: AbortSignal): Promise<Stage> {
  for (const speed of SPEEDS) {
    const stage = new Stage({ ...options, speed })
    try {
      if (await startCollectors(stage, options.connectedByMs, signal)) return stage
    } catch (error) {
      await stage[Symbol.asyncDispose]()
      throw error
    }
    const narrator = new Narrator(out, () => stage.clock.now())
    narrator.say(`the collectors are not connected yet, for this machine is busy: once more with a slower clock`)
    await stage[Symbol.asyncDispose]()
    await rm(options.root, { recursive: true, force: true })
  }
  throw new OperatorError('this machine is too busy for the demo: try again when less runs beside it')
}

/** @returns whether both were connected in time */
async function startCollectors(stage: Stage, connectedByMs: number, signal: AbortSignal): Promise<boolean> {
  await stage.build()
  stage.startCollector(1)
  stage.startCollector(2)
  while (stage.clock.now() < connectedByMs) {
    signal.throwIfAborted()
    if ((await stage.isConnected(1)) && (await stage.isConnected(2))) return stage.clock.now() < connectedByMs
    await stage.clock.sleep(POLL_MS, signal)
  }
  return false
}
