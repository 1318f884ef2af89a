import { existsSync } from 'node:fs'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { realClock } from '../../src/clock.js'
import { Child } from '../../src/demo/child.js'
import { Stage } from '../../src/demo/stage.js'
import type { Fault } from '../../src/simulator/fault-plan.js'
import { contentFaultKinds } from '../../src/simulator/x/faults.js'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { describeRun } from '../../bench/support/machine.js'
import { saveResults } from '../../bench/support/results.js'
import { Chance } from './chance.js'
import { coverage, type Span } from './coverage.js'
import { drawFaults, drawOutages, type Outage, type Victim } from './outages.js'
import { weeksFindings } from './weeks-findings.js'

const START = Date.parse('2026-11-01T00:00:00Z')
/** On a busy machine a stream may be behind by so long (real ms) when its connection ends. */
const BEHIND_MS = 8000
/** And may begin so long (real ms) after the answer that it is connected. */
const BEGIN_MS = 1000
/** Afterwards nothing is out of order. */
const CALM_HOURS = 6
const EXTRA_ROUNDS = 5
const KILLED_SHARE = 0.04
const LONGEST_LIFE_MS = 900

type ServerNumber = 1 | 2

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '14' },
    speed: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
})
const [seed, days, speed, rate] = [values.seed, values.days, values.speed, values.rate].map(Number) as [
  number,
  number,
  number,
  number,
]
const self = [process.execPath, join(import.meta.dirname, '../../../dist/main.js')]
const description = describeRun([])
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** What a whole soak is: real processes on a fast clock, and what befalls them. */
class Weeks {
  readonly killed: Record<ServerNumber, number[]> = { 1: [], 2: [] }
  readonly ended: Record<string, number> = {}
  killedRuns = 0
  latestMs = 0
  readonly #collecting = new Set<ServerNumber>()
  readonly #stage: Stage
  readonly #chance: Chance
  readonly #outages: readonly Outage[]
  readonly #env: NodeJS.ProcessEnv

  constructor(stage: Stage, chance: Chance, outages: readonly Outage[], env: NodeJS.ProcessEnv) {
    this.#stage = stage
    this.#chance = chance
    this.#outages = outages
    this.#env = env
  }

  /** An hour of the servers' clocks, from `hour` on. Late where the machine is slow: nothing of it is left out. */
  async hour(hour: number): Promise<void> {
    await this.#waitUntil(hour + 8 * MINUTE_MS)
    if (!this.#isOut('server-2')) await this.#sync()
    await this.#waitUntil(hour + 20 * MINUTE_MS)
    if (!this.#isOut('server-1')) await this.#run(1, 'process-hour')
    if (hour % DAY_MS === 6 * HOUR_MS && !this.#isOut('server-1')) await this.#run(1, 'report')
    await this.#waitUntil(hour + HOUR_MS - MINUTE_MS)
    this.latestMs = Math.max(this.latestMs, this.#stage.clock.now() - hour - HOUR_MS)
  }

  async stop(): Promise<void> {
    for (const server of this.#collecting) await this.#stage.stopCollector(server, 'SIGTERM')
    this.#collecting.clear()
  }

  async catchUp(): Promise<void> {
    for (let round = 0; round < EXTRA_ROUNDS; round += 1) {
      await this.#stage.clock.sleep(20 * MINUTE_MS)
      await this.#run(2, 'sync', { mayDie: false })
      await this.#run(1, 'process-hour', { mayDie: false })
    }
  }

  async #waitUntil(moment: number): Promise<void> {
    const { clock } = this.#stage
    do {
      await this.#strike()
      await clock.sleep(Math.max(0, Math.min(moment - clock.now(), 4 * MINUTE_MS)))
    } while (clock.now() < moment)
  }

  async #strike(): Promise<void> {
    for (const server of [1, 2] as const) {
      const isOut = this.#isOut(`collector-${server}`) || this.#isOut(`server-${server}`)
      if (isOut && this.#collecting.delete(server)) await this.#end(server)
      if (!isOut && !this.#collecting.has(server)) {
        this.#stage.startCollector(server)
        this.#collecting.add(server)
      }
    }
  }

  async #end(server: ServerNumber): Promise<void> {
    const hard = this.#chance.happens(0.7)
    if (hard) this.killed[server].push(this.#stage.clock.now())
    await this.#stage.stopCollector(server, hard ? 'SIGKILL' : 'SIGTERM')
  }

  async #sync(): Promise<void> {
    const isCut = this.#isOut('network') || this.#isOut('server-1')
    await this.#run(2, 'sync', { settings: isCut ? deadSettings(this.#stage) : undefined })
  }

  /** Run a verb to its end, or now and then to its kill -9. */
  async #run(
    server: ServerNumber,
    verb: string,
    { settings, mayDie = true }: { settings?: string | undefined; mayDie?: boolean } = {},
  ) {
    const { places } = this.#stage
    await using child = new Child({
      self,
      arguments: [verb, '--settings', settings ?? places.server[server].settings],
      env: this.#env,
      logFile: join(places.logs, `${verb}.log`),
    })
    if (mayDie && this.#chance.happens(KILLED_SHARE)) {
      this.killedRuns += 1
      await realClock().sleep(this.#chance.whole(100, LONGEST_LIFE_MS))
      await child.kill('SIGKILL')
      return
    }
    const { code } = await child.end([0, 1, 3, 75])
    const how = `${verb} ${code}`
    this.ended[how] = (this.ended[how] ?? 0) + 1
  }

  #isOut(victim: Victim): boolean {
    const now = this.#stage.clock.now()
    return this.#outages.some((outage) => outage.victim === victim && outage.from <= now && now < outage.to)
  }
}

const deadSettings = ({ places }: Stage): string => `${places.server[2].settings}.dead`

/** Settings that keep minutes for a day only, and those of a server 2 that can't reach server 1. */
async function adjustSettings(stage: Stage): Promise<void> {
  const path = stage.places.server[2].settings
  const text = (await readFile(path, 'utf8')).replace('[sync]', '[sync]\nkeep_days = 1')
  await writeFile(path, text)
  await writeFile(deadSettings(stage), text.replace(/(\[sync\][^[]*?\nport = )\d+/, '$19'))
}

/** An outage of OSF or of the mail server, and what befalls the streams, as faults of the simulated services. */
function serviceFaults(chance: Chance, outages: readonly Outage[], end: number): Fault[] {
  const ofOutages = outages.flatMap(({ victim, from, to }): Fault[] => {
    const at = new Date(from).toISOString()
    const hours = Math.ceil((to - from) / HOUR_MS)
    if (victim === 'osf') return [{ service: 'osf', kind: 'status', value: 503, at, times: hours * 4 }]
    if (victim === 'mail') return [{ service: 'smtp', kind: 'unavailable', at, times: hours }]
    return []
  })
  const ofStreams = Array.from({ length: days * 2 }, (): Fault => {
    const kind = chance.of([
      'cut-mid-line',
      'cut-between-lines',
      'clean-end',
      'operational-disconnect',
      'garbage-line',
      'unknown-message',
      'unavailable',
    ])
    return {
      service: 'x',
      kind,
      at: new Date(chance.whole(START, end)).toISOString(),
      only: chance.of(['token-1', 'token-2']),
    }
  })
  const odd = contentFaultKinds.map((kind): Fault => ({ service: 'x', kind }))
  return [...odd, ...ofOutages, ...ofStreams, ...drawFaults(chance, START, end)]
}

async function run(root: string): Promise<readonly string[]> {
  const chance = new Chance(seed)
  const end = START + days * DAY_MS
  const outages = drawOutages(chance, START, end)
  const faults = serviceFaults(chance, outages, end)
  const clock = realClock()
  const realStartMs = clock.now()
  const env = { PATH: process.env['PATH'] }
  await using stage = new Stage({
    root,
    self,
    env,
    startMs: START,
    speed,
    seed,
    rate,
    faults,
    realClock: { ...clock, now: () => realStartMs },
  })
  await stage.build()
  await adjustSettings(stage)
  const weeks = new Weeks(stage, chance, outages, { ...env, COLLECTOR_CLOCK: `${realStartMs}/${START}/${speed}` })
  for (let hour = START; hour < end + CALM_HOURS * HOUR_MS; hour += HOUR_MS) await weeks.hour(hour)
  await weeks.stop()
  const until = stage.clock.now()
  await weeks.catchUp()
  const spans = await spansOf(stage, weeks, until)
  const { fired } = JSON.parse(await stage.ask('x', 'faults')) as { fired: { fault: Fault }[] }
  const { lines, findings } = await weeksFindings(stage, { start: START, end, spans })
  const kinds = Map.groupBy(fired, ({ fault }) => `${fault.service} ${fault.kind}`)
  const report = [
    `seed ${seed}: ${days} virtual days at ${speed} times the speed, ${rate} tweet a second: ${findings.length === 0 ? 'sound' : `${findings.length} FINDINGS`}`,
    `  outages: ${[...Map.groupBy(outages, ({ victim }) => victim)].map(([victim, all]) => `${victim} x${all.length}`).join(', ')}`,
    `  kill -9: ${weeks.killed[1].length + weeks.killed[2].length} of collectors, ${weeks.killedRuns} of sync, process-hour and report`,
    `  faults fired: ${[...kinds].map(([kind, all]) => `${kind} x${all.length}`).join(', ')}`,
    `  runs by exit code: ${Object.entries(weeks.ended)
      .map(([how, count]) => `${how}: ${count}`)
      .join(', ')}`,
    `  behind by at most ${Math.round(weeks.latestMs / MINUTE_MS)} virtual minutes`,
    ...lines.map((line) => `  ${line}`),
    ...findings.slice(0, 20).map((finding) => `    ${finding}`),
  ]
  process.stdout.write(`${report.join('\n')}\n`)
  if (values.save)
    await saveResults(
      'soak-weeks',
      `# Weeks with real processes\n\n${description}\n\n\`\`\`\n${report.join('\n')}\n\`\`\``,
    )
  await appendFile(join(root, 'report.txt'), `${report.join('\n')}\n${findings.join('\n')}\n`)
  return findings
}

async function spansOf({ places }: Stage, { killed }: Weeks, until: number): Promise<Span[]> {
  const of = (server: ServerNumber) =>
    coverage(places.server[server].spool, {
      deaths: killed[server],
      until,
      beginMs: BEGIN_MS * speed,
      marginMs: BEHIND_MS * speed,
    })
  return [...(await of(1)), ...(await of(2))]
}

const root = await mkdtemp(join(BASE, `collector-weeks-${seed}-`))
const isSound = (await run(root)).length === 0
if (isSound && !values.keep) await rm(root, { recursive: true, force: true })
else process.stdout.write(`kept: ${root}\n`)
process.exitCode = isSound ? 0 : 1
