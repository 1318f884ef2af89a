import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { withDiskFaults } from '../support/disk-faults.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { faultAt, placesOf, type Place } from './places.js'
import { judge, setStage, type Stage } from './stages.js'
import { copyOf, HOURS, TwoServers } from './two-servers.js'

/** What came of letting calls to the file system fail, one a run. */
export interface Loop {
  readonly places: number
  readonly runs: number
  readonly fired: number
  /** What broke a promise, a line each. */
  readonly broken: readonly string[]
}

/** Run a stage's command once for each code that `choose` gives for each place, on the same folders each time. */
export async function failEach(
  stage: Stage,
  choose: (places: readonly Place[]) => readonly [place: Place, code: string, times?: number][],
): Promise<Loop> {
  await using folder = await temporaryFolder()
  const stored = join(folder.path, 'stage')
  await setStage(stage, stored)
  const places = await tracedPlaces(stage, stored, join(folder.path, 'traced'))
  const loop = { places: places.length, runs: 0, fired: 0, broken: [] as string[] }
  for (const [place, code, times] of choose(places)) {
    const fault = faultAt(place, code, times)
    const { found, fired } = await runWith(fault, stage, stored, otherHour(stage, place))
    loop.runs += 1
    loop.fired += fired > 0 ? 1 : 0
    loop.broken.push(...found.map((line) => `${fault}: ${line}`))
    note(`${stage.name}: ${fault}: ${found.join('\n   ') || 'held'}`)
  }
  return loop
}

async function tracedPlaces(stage: Stage, stored: string, root: string): Promise<Place[]> {
  await copyOf(stored, root)
  return placesOf(root, async () => {
    await using servers = await TwoServers.at(root)
    await servers.run(stage.call)
  })
}

/** What lies in one hour's folder keeps no other hour from the archive. */
function otherHour({ name }: Stage, { part }: Place): string | undefined {
  const [, hour] = /^(?:spool-1|incoming)\/2026-11-21\/(12|13)(?:\/|$)/.exec(part) ?? []
  return name === 'process-hour' && hour !== undefined ? HOURS[hour === '12' ? 1 : 0] : undefined
}

async function runWith(
  fault: string,
  stage: Stage,
  stored: string,
  otherHour: string | undefined,
): Promise<{ found: string[]; fired: number }> {
  await using scene = await temporaryFolder()
  await copyOf(stored, scene.path)
  await using servers = await TwoServers.at(scene.path)
  await using disk = await withDiskFaults()
  const found = await judge(stage, servers, () => disk.armed(fault), otherHour)
  const fired = (await disk.fired()).length
  return { found: fired === 0 ? [...found, 'it has not fired'] : found, fired }
}

/** `FAULTS_LOG` names a file that tells how far a loop has come. */
export function note(line: string): void {
  const file = process.env['FAULTS_LOG']
  if (file) appendFileSync(file, `${line}\n`)
}
