import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { writeBatch } from '../../src/spool/batch.js'
import { minuteFiles } from '../../src/spool/spool-files.js'
import { Spool } from '../../src/spool/spool.js'
import { readContent, type MinuteContent } from '../../src/transfer/minute-content.js'
import { hourName, MINUTE_MS } from '../../src/utc.js'
import { recordingLog } from '../../test/support/recording-log.js'
import { SleeplessClock } from '../../test/support/sleepless-clock.js'
import { deliveries, HOUR, urlOf, type HourRecipe } from './deliveries.js'

const LATE_MS = 6 * MINUTE_MS

/** Both servers' spools with one hour, as their collectors and `sync` leave them. */
export interface MadeHour {
  readonly folder: string
  readonly spools: Record<1 | 2, string>
  /** Different tweets. */
  readonly tweets: number
  readonly lines: number
  readonly bytes: number
}

/** The hour of this recipe, from the temporary folder where it was made before. */
export async function madeHour(recipe: HourRecipe): Promise<MadeHour> {
  const { tweets, fields, overlap, seed, text } = recipe
  const folder = join(tmpdir(), 'collector-bench', `hour-${tweets}-${fields}-${overlap}-${seed}-${text}`)
  const spools = { 1: join(folder, 'spool-1'), 2: join(folder, 'spool-2') }
  const facts = await readFile(join(folder, 'facts.json'), 'utf8').catch(() => undefined)
  if (facts !== undefined) return { folder, spools, ...(JSON.parse(facts) as Counts) }
  const unfinished = `${folder}.part`
  await rm(unfinished, { recursive: true, force: true })
  const counts = await make(recipe, unfinished)
  await writeFile(join(unfinished, 'facts.json'), JSON.stringify(counts))
  await rename(unfinished, folder)
  return { folder, spools, ...counts }
}

/** A copy of a spool that may be used up, written to the disk. No links: a file with two names is passed over. */
export async function copySpool(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const source = join(entry.parentPath, entry.name)
    const target = join(to, relative(from, source))
    await mkdir(dirname(target), { recursive: true })
    await copyFile(source, target)
  }
  execFileSync('sync')
}

type Counts = Pick<MadeHour, 'tweets' | 'lines' | 'bytes'>

async function make(recipe: HourRecipe, folder: string): Promise<Counts> {
  const spools = { 1: join(folder, 'spool-1'), 2: join(folder, 'spool-2') }
  const clock = new SleeplessClock(new Date(HOUR).toISOString())
  const tweets = await collect(recipe, spools, clock)
  const contents = { 1: await contentsOf(spools[1]), 2: await contentsOf(spools[2]) }
  const sealed_until = new Date(clock.now()).toISOString()
  await writeBatch(spools[2], HOUR, { hour: hourName(HOUR), server: 2, sealed_until, files: contents[2] })
  const all = [...contents[1], ...contents[2]]
  return {
    tweets,
    lines: all.reduce((sum, { lines }) => sum + lines, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

/** Let two collectors' spools file the hour. Returns how many different tweets there were. */
async function collect(recipe: HourRecipe, spools: Record<1 | 2, string>, clock: SleeplessClock): Promise<number> {
  const options = { lateMs: LATE_MS, version: '0.0.0', clock, log: recordingLog() }
  await using first = await Spool.open({ ...options, folder: spools[1] })
  await using second = await Spool.open({ ...options, folder: spools[2] })
  const url = urlOf(recipe).href
  let tweets = 0
  for (const { lines, receivedMs } of deliveries(recipe)) {
    clock.advance(receivedMs - clock.now())
    const linesOf = (others: string) => lines.filter(({ servers }) => servers !== others).map(({ line }) => line)
    await first.file(linesOf('2'), receivedMs, url)
    await second.file(linesOf('1'), receivedMs, url)
    tweets += lines.length
    if (receivedMs % MINUTE_MS === 0) for (const spool of [first, second]) await spool.sealDue()
  }
  clock.advance(LATE_MS + MINUTE_MS)
  return tweets
}

async function contentsOf(spool: string): Promise<MinuteContent[]> {
  const files = await minuteFiles(spool, HOUR)
  return Promise.all(files.map(({ path, name }) => readContent(path, name)))
}
