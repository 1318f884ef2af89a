import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { fastClock } from '../../src/clock.js'
import { FaultPlan, type Fault } from '../../src/simulator/fault-plan.js'
import { startXApi } from '../../src/simulator/x/x-api.js'
import { Dice } from './dice.js'
import { Lag } from './lag.js'
import { live, type Habitat, type Life } from './life.js'
import type { LifePlan, Plan } from './plan.js'
import { cutPower, sizesIn } from './power-cut.js'
import { leaveTorn } from './torn-file.js'
import { SentLedger } from './sent.js'

/** What a run leaves for the judge; the spool lies in `folder`. */
export interface Evidence {
  readonly plan: Plan
  readonly folder: string
  readonly spool: string
  readonly baseUrl: string
  readonly sent: SentLedger
  /** Of every request for the stream, granted or not; by the run's clock. */
  readonly connectTimes: readonly number[]
  readonly lives: readonly Life[]
  readonly fired: readonly Fault[]
  readonly pending: readonly Fault[]
  /** How long a process had to wait for a processor around a moment of the run's clock; real ms. */
  readonly lagAround: (ms: number) => number
}

export const TOKEN = 'oracle-token-that-nobody-may-see'
const MOST_LIVES_MORE = 5
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** Carry out a plan in `folder`: the real program as a process, again and again, against the simulated X API. */
export async function carryOut(plan: Plan, folder: string, main: string, cache: string): Promise<Evidence> {
  const realStartMs = Date.now()
  const { startMs, speed, seed, rate } = plan
  const clock = fastClock({ realStartMs, startMs, speed })
  const sent = new SentLedger()
  using lag = new Lag()
  const faults = new FaultPlan(plan.faults, clock)
  await using x = await startXApi({
    clock,
    log: silent as never,
    seed,
    rate,
    tokens: [TOKEN],
    faults,
    redundantConnections: 2,
    onTweet: sent.add,
  })
  const spool = join(folder, 'spool')
  const traceFile = join(folder, 'trace.jsonl')
  const habitat: Habitat = {
    program: [execPath, main],
    settingsFile: await writeSettings(plan, folder, x.url),
    spool,
    logFile: join(folder, 'collector.log'),
    traceFile,
    env: { COLLECTOR_CLOCK: `${realStartMs}/${startMs}/${speed}`, NODE_COMPILE_CACHE: cache },
    connects: () => x.connects.length,
    now: () => clock.now(),
  }
  const lives: Life[] = []
  const dice = new Dice(seed + 1)
  for (const lifePlan of withMore(plan.lives, lives)) {
    if (lifePlan.crashAt && lives.length > 0) await leaveTorn(spool, lifePlan.crashAt)
    const sizes = await sizesIn(folder)
    await writeFile(traceFile, '')
    const life = await live(lifePlan, habitat)
    lives.push(life)
    if (lifePlan.ending === 'power-cut' && life.ended === 'killed')
      await cutPower({ spool, traceFile, sizes, oldBeat: life.beatBefore?.text }, dice)
    await wait(lifePlan.downMs)
  }
  return {
    plan,
    folder,
    spool,
    baseUrl: x.url,
    sent,
    connectTimes: x.connects.map(({ fromMs }) => fromMs),
    lives,
    fired: faults.fired.map(({ fault }) => fault),
    pending: faults.pending,
    lagAround: (ms) => lag.around(realStartMs + (ms - startMs) / speed),
  }
}

/** The lives planned, then others, undisturbed, until one ends well: whoever falls over is started again. */
function* withMore(plans: readonly LifePlan[], lives: readonly Life[]): Generator<LifePlan> {
  yield* plans
  const healthy: LifePlan = {
    ending: 'stop',
    afterMs: 400,
    crashAt: undefined,
    diskFault: undefined,
    frozenMs: 0,
    downMs: 0,
  }
  for (let more = 0; more < MOST_LIVES_MORE && !isWell(lives.at(-1)); more += 1) yield healthy
}

/** Stopped, with a disk that took everything. */
const isWell = (life: Life | undefined): boolean => life?.ended === 'stopped' && life.plan.diskFault === undefined

async function writeSettings(plan: Plan, folder: string, url: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const tokenFile = join(folder, 'token')
  await writeFile(tokenFile, TOKEN, { mode: 0o600 })
  const file = join(folder, 'settings.ini')
  const lines = [
    '[server]',
    'number = 1',
    'redundant = false',
    `state_folder = ${join(folder, 'state')}`,
    '[x]',
    `bearer_token_file = ${tokenFile}`,
    `base_url = ${url}`,
    `backfill_minutes = ${plan.backfillMinutes}`,
    '[spool]',
    `folder = ${join(folder, 'spool')}`,
    `late_minutes = ${plan.lateMinutes}`,
    'reserve_mib = 1',
    '[vault]',
    `folder = ${join(folder, 'vault')}`,
  ]
  await writeFile(file, `${lines.join('\n')}\n`)
  return file
}
