import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath, stderr } from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { fastClock } from '../../src/clock.js'
import type { ServersLines } from '../../src/simulator/simulator.js'
import { HOUR_MS } from '../../src/utc.js'
import { endOf } from './child.js'
import { MAIN, startCollector, type Collector } from './collector.js'
import { useOf, type Use } from './process-use.js'

const LOOK_MS = 500
/** Memory is first looked at when this part of the time is over: of a day, three hours. */
const EARLY_SHARE = 1 / 8

export interface DayOptions {
  readonly folder: string
  readonly rate: number
  readonly hours: number
  /** How much faster than the wall's the clock runs. */
  readonly speed: number
}

export interface Day {
  readonly tweets: number
  /** Lines that lie sealed on the disk. */
  readonly sealed: number
  readonly disconnects: number
  readonly residentBytes: { readonly early: number; readonly atEnd: number; readonly most: number }
}

/** Have the collector collect from the simulator for hours of a fast clock, and look at its memory. */
export async function virtualDay({ folder, rate, hours, speed }: DayOptions): Promise<Day> {
  const startMs = Date.now()
  const clock = fastClock({ realStartMs: startMs, startMs, speed })
  const env = { COLLECTOR_CLOCK: `${startMs}/${startMs}/${speed}` }
  const simulator = await startSimulator(join(folder, 'simulator'), rate, env)
  try {
    const collector = await startCollector(simulator.baseUrl, join(folder, 'collector'), {
      ...env,
      COLLECTOR_X_BEARER_TOKEN: '',
      COLLECTOR_X_BEARER_TOKEN_FILE: simulator.tokenFile,
    })
    const looks: Use[] = []
    const untilMs = startMs + hours * HOUR_MS
    try {
      let early: Use | undefined
      while (clock.now() < untilMs) {
        await wait(LOOK_MS)
        const use = useOf(collector.pids)
        looks.push(use)
        if (clock.now() >= startMs + hours * EARLY_SHARE * HOUR_MS) early ??= use
        if (looks.length % 60 === 0) stderr.write(`  ${((clock.now() - startMs) / HOUR_MS).toFixed(1)} hours\n`)
      }
      return await whatBecame(collector, looks, early)
    } finally {
      await collector.stop()
    }
  } finally {
    await simulator.stop()
  }
}

async function whatBecame(collector: Collector, looks: readonly Use[], early: Use | undefined): Promise<Day> {
  await collector.stop()
  const totals = (await collector.heartbeat())?.totals
  return {
    tweets: totals?.tweets ?? 0,
    sealed: await collector.sealed(),
    disconnects: totals?.disconnects ?? 0,
    residentBytes: {
      early: early?.residentBytes ?? 0,
      atEnd: looks.at(-1)?.residentBytes ?? 0,
      most: Math.max(...looks.map(({ residentBytes }) => residentBytes)),
    },
  }
}

async function startSimulator(folder: string, rate: number, env: NodeJS.ProcessEnv) {
  await mkdir(folder, { recursive: true })
  const words = ['simulate', 'x', '--json', '--folder', folder, '--rate', String(rate)]
  const child = spawn(execPath, [MAIN, ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { x } = (JSON.parse(line.toString()) as ServersLines)[1]
  return { baseUrl: x?.['base_url'] ?? '', tokenFile: x?.['bearer_token_file'] ?? '', stop: () => endOf(child) }
}
