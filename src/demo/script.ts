import type { Fault } from '../simulator/fault-plan.js'
import { HOUR_MS, hourOfDay, MINUTE_MS } from '../utc.js'
import type { Narrator } from './narrator.js'
import type { Stage } from './stage.js'

/** The demo's hours: `FIRST_HOUR` and those behind it. */
export const FIRST_HOUR = Date.parse('2026-11-21T13:00:00Z')

/** What the clock shows when the simulator starts. */
export const BEGINNING = FIRST_HOUR - 15 * MINUTE_MS

/** By now both collectors must be connected, or the clock is too fast for the machine. */
export const CONNECTED_BY = FIRST_HOUR - 5 * MINUTE_MS

/** Something that happens at a moment of the demo's clock. */
export interface Scene {
  readonly atMs: number
  act(stage: Stage, narrator: Narrator): Promise<void>
}

const killAt = FIRST_HOUR + 25 * MINUTE_MS
const againAt = FIRST_HOUR + 40 * MINUTE_MS
const cutAt = FIRST_HOUR + HOUR_MS + 15 * MINUTE_MS

/** The network's fault: the second hour's stream to server 1 is cut inside a line. And X's tweets are as odd as may be. */
export const FAULTS: readonly Fault[] = [
  ...(['nulls', 'lone-surrogates', 'empty-contained-within'] as const).map((kind) => ({ service: 'x', kind }) as const),
  { service: 'x', kind: 'cut-mid-line', only: 'token-1', at: new Date(cutAt).toISOString() },
]

/** What happens in `hours` full hours, in order; the last one ends with its archive. */
export function script(hours: number): Scene[] {
  const hourly = Array.from({ length: hours + 1 }, (_, index) => FIRST_HOUR + index * HOUR_MS).flatMap(
    (end): Scene[] => [
      { atMs: end + 8 * MINUTE_MS, act: pushBatch },
      { atMs: end + 20 * MINUTE_MS, act: archive },
    ],
  )
  const mishaps: Scene[] = [
    { atMs: killAt, act: kill },
    { atMs: againAt, act: startAgain },
    { atMs: cutAt, act: tellOfCut },
  ]
  return [...hourly, ...mishaps].sort((a, b) => a.atMs - b.atMs)
}

async function kill(stage: Stage, narrator: Narrator): Promise<void> {
  const signalled = stage.stopCollector(2, 'SIGKILL')
  narrator.say("server 2's collector is killed with kill -9, in the middle of its work")
  await signalled
}

async function startAgain(stage: Stage, narrator: Narrator): Promise<void> {
  stage.startCollector(2)
  narrator.say("server 2's collector is started again: it adopts what it had left open, and asks for backfill")
  return Promise.resolve()
}

async function tellOfCut(_stage: Stage, narrator: Narrator): Promise<void> {
  narrator.say("the network cuts server 1's stream in the middle of a line: it reconnects with backfill")
  return Promise.resolve()
}

/** What a busy machine keeps from server 1 goes with the next run, as in life. */
export async function pushBatch(stage: Stage, narrator: Narrator): Promise<void> {
  const said = await stage.sync()
  narrator.say(`sync on server 2: ${said ?? 'server 1 has not answered in time; the next run goes on'}`)
}

async function archive(stage: Stage, narrator: Narrator): Promise<void> {
  const said = await stage.run(1, 'process-hour')
  for (const line of said.split('\n')) narrator.say(`process-hour on server 1: ${line}`)
}

/** `13, 14` */
export const hourNames = (hours: number): string =>
  Array.from({ length: hours }, (_, index) => hourOfDay(FIRST_HOUR + index * HOUR_MS)).join(', ')
