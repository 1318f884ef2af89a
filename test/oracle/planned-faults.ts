import type { Fault } from '../../src/simulator/fault-plan.js'
import { contentFaultKinds, type ConnectFault, type StreamFault } from '../../src/simulator/x/faults.js'
import type { Dice } from './dice.js'

/** How often each is drawn, against the others. */
const streamWeights: Record<StreamFault, number> = {
  'cut-between-lines': 3,
  'cut-mid-line': 3,
  stall: 1.5,
  quiet: 1,
  'operational-disconnect': 2,
  'upstream-operational-disconnect': 1,
  'slow-reader-disconnect': 1,
  'byte-by-byte': 1,
  burst: 1.5,
  'unknown-message': 1,
  'garbage-line': 2,
  'clean-end': 2,
}
const connectWeights: Record<ConnectFault, number> = {
  'rate-limit': 1,
  'usage-cap': 0.3,
  'too-many-connections': 1,
  unauthorized: 0.3,
  payment: 0.3,
  forbidden: 0.5,
  unavailable: 2,
  'refuse-connection': 2,
}
/** Those after which the collector waits 15 minutes need a fast clock to be over in time. */
const LONG_WAITS: readonly string[] = ['usage-cap', 'unauthorized', 'payment', 'forbidden']
const FAST = 600

interface Span {
  readonly startMs: number
  /** Of the clock. */
  readonly runMs: number
  readonly count: number
  readonly speed: number
}

/** What X sends is as odd as may be. */
export const oddTweets: readonly Fault[] = contentFaultKinds.map((kind) => ({ service: 'x', kind }))

/** Faults of the network and of X over a run. A fault on connecting comes with a cut, so that there is a connect. */
export function networkFaults(dice: Dice, { startMs, runMs, count, speed }: Span): Fault[] {
  const at = () => new Date(startMs + Math.floor(runMs * (0.1 + 0.75 * dice.fraction()))).toISOString()
  return Array.from({ length: count }, (): Fault[] => {
    const when = at()
    if (dice.happens(0.7)) {
      const kind = weighted(dice, streamWeights)
      return [{ service: 'x', kind, at: when, ...secondsOf(dice, kind, speed) }]
    }
    const kind = weighted(dice, connectWeights)
    if (LONG_WAITS.includes(kind) && speed < FAST) return []
    return [
      { service: 'x', kind, at: when, times: dice.whole(1, 2) },
      { service: 'x', kind: 'cut-between-lines', at: when },
    ]
  }).flat()
}

/** A stall of more than half a minute costs two real seconds at least, for timers on sockets are never shorter. */
function secondsOf(dice: Dice, kind: StreamFault, speed: number): { value?: number } {
  if (kind === 'stall') return { value: dice.happens(0.1) ? 2.5 * speed : dice.whole(5, 25) }
  if (kind === 'quiet') return { value: speed >= FAST ? dice.whole(60, 600) : dice.whole(5, 60) }
  if (kind === 'burst') return { value: 10 }
  return {}
}

function weighted<Kind extends string>(dice: Dice, weights: Record<Kind, number>): Kind {
  const entries = Object.entries(weights) as [Kind, number][]
  let left = dice.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [kind, weight] of entries) if ((left -= weight) < 0) return kind
  return (entries.at(-1) as [Kind, number])[0]
}

/** What the disk refuses, as COLLECTOR_DISK_FAULT wants it: code, operation, from which one on, how often. */
export function diskFaults(dice: Dice): string {
  const code = dice.pick(['ENOSPC', 'EIO'])
  const op = dice.pick(code === 'EIO' ? ['write', 'sync', 'rename', 'create'] : ['write', 'create'])
  return `${code}:${op}:${dice.whole(3, 60)}:${dice.whole(1, 8)}`
}
