import { crashPoints } from '../../src/durable/crash-point.js'
import type { Fault } from '../../src/simulator/fault-plan.js'
import { Dice } from './dice.js'
import { diskFaults, networkFaults, oddTweets } from './planned-faults.js'

/** How one life of the collector ends: asked to stop, killed, killed at a crash point, or with the machine's power. */
export type Ending = 'stop' | 'kill' | 'crash' | 'power-cut'

export interface LifePlan {
  readonly ending: Ending
  /** When, in real ms after its first connect. */
  readonly afterMs: number
  /** `name:passage`, of an `ending` of `crash`. */
  readonly crashAt: string | undefined
  /** For COLLECTOR_DISK_FAULT. */
  readonly diskFault: string | undefined
  /** It reads nothing for so long in the middle, as a starved process; real ms. */
  readonly frozenMs: number
  /** Nobody runs for so long afterwards, in real ms. */
  readonly downMs: number
}

/** All that happens in one run; a function of its seed. */
export interface Plan {
  readonly seed: number
  /** How much faster than the wall's the clock runs. */
  readonly speed: number
  /** Tweets a second of that clock. */
  readonly rate: number
  readonly startMs: number
  readonly lateMinutes: number
  readonly backfillMinutes: number
  readonly faults: readonly Fault[]
  readonly lives: readonly LifePlan[]
}

const START_MS = Date.parse('2026-11-20T00:00:00Z')
const DAY_MS = 86_400_000
const TWEETS_A_REAL_SECOND = 1500
/** Every so many-th run has 24 hours of it. */
const LONG_EVERY = 250

export function drawPlan(seed: number): Plan {
  const dice = new Dice(seed)
  const isLong = seed % LONG_EVERY === 0
  const lives = drawLives(dice, isLong)
  const speed = isLong ? 4000 : lives.some(({ ending }) => ending === 'power-cut') ? 60 : dice.pick([120, 300, 600])
  const isSealing = lives.some(({ crashAt }) => crashAt?.startsWith('seal-'))
  const runMs = lives.reduce((sum, { afterMs, downMs }) => sum + afterMs + downMs, 0)
  const startMs = START_MS + dice.whole(0, DAY_MS)
  return {
    seed,
    speed,
    rate: Math.max(1, Math.round(TWEETS_A_REAL_SECOND / speed)),
    startMs,
    lateMinutes: isSealing ? 1 : dice.pick([1, 1, 2, 6]),
    backfillMinutes: dice.happens(0.9) ? 5 : dice.pick([0, 1, 2]),
    faults: [
      ...oddTweets,
      ...networkFaults(dice, { startMs, runMs: runMs * speed, count: isLong ? 60 : dice.whole(2, 7), speed }),
      ...garbageFor(lives),
    ],
    lives,
  }
}

/** Crash points at which a line is rejected need one that is. */
const garbageFor = (lives: readonly LifePlan[]): Fault[] =>
  lives.filter(({ crashAt }) => crashAt?.startsWith('rejected-')).map(() => ({ service: 'x', kind: 'garbage-line' }))

function drawLives(dice: Dice, isLong: boolean): LifePlan[] {
  const endings: Ending[] = isLong
    ? Array.from({ length: 10 }, () => dice.pick(['kill', 'crash', 'stop']))
    : Array.from({ length: dice.whole(1, 2) }, () =>
        dice.pick(['kill', 'crash', 'crash', 'crash', 'power-cut', 'stop']),
      )
  const lives: LifePlan[] = []
  for (const ending of [...endings, 'stop' as const]) lives.push(drawLife(dice, ending, lives.at(-1), isLong))
  return lives
}

function drawLife(dice: Dice, ending: Ending, before: LifePlan | undefined, isLong: boolean): LifePlan {
  return {
    ending,
    afterMs: isLong ? 2000 : dice.whole(150, 800),
    crashAt: ending === 'crash' ? drawCrash(dice, before) : undefined,
    diskFault: ending !== 'power-cut' && dice.happens(0.12) ? diskFaults(dice) : undefined,
    frozenMs: dice.happens(0.15) ? dice.whole(50, 400) : 0,
    downMs: dice.happens(0.5) ? dice.whole(0, 100) : dice.whole(100, 500),
  }
}

/** A point that this life can come to: adoption needs a life before that left something open. */
function drawCrash(dice: Dice, before: LifePlan | undefined): string {
  const adopting = before !== undefined && before.ending !== 'stop'
  const points = crashPoints.filter((name) =>
    name.startsWith('adopt-') ? adopting : name.startsWith('reserve-') ? before === undefined : true,
  )
  const name =
    adopting && dice.happens(0.4) ? dice.pick(points.filter((point) => point.startsWith('adopt-'))) : dice.pick(points)
  return `${name}:${passage(dice, name)}`
}

/** Points that are passed often are left alone a few times. */
function passage(dice: Dice, name: string): number {
  if (name.startsWith('minute-')) return dice.whole(1, 30)
  if (/^(part|heartbeat|journal|seal)-/.test(name)) return dice.whole(1, 4)
  return 1
}
