import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { iniText } from '../../src/simulator/simulator.js'
import type { Preset } from '../../src/vault/codec.js'
import { dayName, HOUR_MS, hourName, MINUTE_MS } from '../../src/utc.js'
import { HOUR } from '../support/deliveries.js'
import { copySpool, type MadeHour } from '../support/made-hour.js'
import { measure, type Measure } from '../support/measure.js'
import { unitEnvironment } from '../support/unit-environment.js'

const PROGRAM = join(import.meta.dirname, '../../../dist/main.js')
const KINDS = ['IDs.txt', 'tweets.csv', 'users.csv'] as const

/** What the settings' `[vault]` section says. */
export interface OurOptions {
  readonly compressor: 'auto' | 'xz' | 'lzma-native'
  readonly preset: Preset
  /** 0 is as many as there are cores. */
  readonly threads: number
}

/** What it took to make an archive, and how large that is. */
export interface Archived extends Measure {
  readonly outputBytes: number
  /** Of that, what it took to have the tables, before `xz` compressed them; where the two were apart. */
  readonly tables?: Measure
}

export interface OurRun extends Archived {
  readonly tweets: number
  /** Of IDs, tweets and users. */
  readonly archives: readonly string[]
}

/**
 * Let `collector process-hour` archive a copy of the hour below `folder`, which is emptied before.
 * @throws Error where not every tweet of the hour is archived
 */
export async function processHour(hour: MadeHour, folder: string, options: OurOptions): Promise<OurRun> {
  await rm(folder, { recursive: true, force: true })
  const settings = await layOut(hour, folder, options)
  const run = await measure({
    program: execPath,
    arguments: [PROGRAM, 'process-hour', '--settings', settings, '--json', '--log', 'json'],
    env: {
      ...unitEnvironment('collector-process-hour.service'),
      // Twenty minutes past the hour's end, when the timer starts it.
      COLLECTOR_CLOCK: `${Date.now()}/${HOUR + HOUR_MS + 20 * MINUTE_MS}/1`,
    },
  })
  const { archived } = JSON.parse(run.stdout) as { archived: { tweets: number }[] }
  const tweets = archived[0]?.tweets
  if (tweets !== hour.tweets) throw new Error(`archived ${tweets} of ${hour.tweets} tweets: ${run.stdout}`)
  const day = join(folder, 'vault', dayName(HOUR))
  const archives = KINDS.map((kind) => join(day, `${hourName(HOUR)}_${kind}.xz`))
  return { ...run, tweets, archives, outputBytes: await bytesOf(archives) }
}

/** The size of all of these files together. */
export async function bytesOf(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map((path) => stat(path)))
  return sizes.reduce((sum, { size }) => sum + size, 0)
}

async function layOut(hour: MadeHour, folder: string, { compressor, preset, threads }: OurOptions): Promise<string> {
  const places = { state: join(folder, 'state'), vault: join(folder, 'vault'), settings: join(folder, 'settings.ini') }
  const spools = { 1: join(folder, 'spool-1'), 2: join(folder, 'spool-2') }
  for (const place of [places.state, places.vault]) await mkdir(place, { recursive: true })
  for (const number of [1, 2] as const) await copySpool(hour.spools[number], spools[number])
  await writeFile(
    places.settings,
    iniText({
      server: { number: '1', state_folder: places.state },
      spool: { folder: spools[1], server_2_folder: spools[2] },
      vault: { folder: places.vault, compressor, xz_preset: String(preset), threads: String(threads) },
    }),
  )
  return places.settings
}
