import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { HOUR_MS } from '../../src/utc.js'
import { ALL_IDS, collected, HOURS, TwoServers, type Call } from './two-servers.js'

/** A command, the state in which it is run, and what must be so once it says that all is done. */
export interface Stage {
  readonly name: string
  readonly call: Call
  /** Runs that come before it, from what both collectors have sealed. */
  readonly before: readonly Call[]
  readonly prepare?: (root: string) => Promise<void>
  /** What is run after it, without a fault, until all is well. */
  readonly after: readonly Call[]
  /** Exit codes that the command may have when a fault has met it. */
  readonly codes: readonly number[]
  /** The subject of a mail that must have been delivered in the end. */
  readonly subject?: string
}

const ARCHIVE: Call = ['process-hour', '--no-publish']
const archived: readonly Call[] = [['sync'], ARCHIVE]

export const STAGES: readonly Stage[] = [
  { name: 'sync', call: ['sync'], before: [], after: [['sync'], ARCHIVE], codes: [0, 1, 3, 75] },
  { name: 'sync with receipts', call: ['sync'], before: archived, after: [['sync'], ARCHIVE], codes: [0, 1, 3, 75] },
  {
    ...{ name: 'process-hour', call: ['process-hour'], before: [['sync']] },
    ...{ after: [ARCHIVE, ['sync'], ['publish'], ['verify']], codes: [0, 1, 3] },
  },
  { name: 'publish', call: ['publish'], before: archived, after: [['publish', '--again']], codes: [0, 1, 3] },
  {
    ...{ name: 'report', call: ['report', '--day', '2026-11-21'], before: archived },
    ...{ after: [['report', '--day', '2026-11-21']], codes: [0, 1, 3], subject: 'collector: 2026-11-21' },
  },
  {
    name: 'verify',
    call: ['verify', '--remote'],
    before: [['sync'], ['process-hour']],
    after: [['verify']],
    codes: [0, 1],
  },
  {
    name: 'verify --mend',
    call: ['verify', '--mend'],
    before: archived,
    prepare: (root) => truncate(join(root, 'vault', HOURS[0].slice(0, 10), `${HOURS[0]}_IDs.txt.xz`), 40),
    after: [['verify', '--mend'], ['sync'], ARCHIVE],
    codes: [0, 1],
  },
  {
    ...{ name: 'alert', call: ['alert', '--unit', 'a.service', '--result', 'failed'], before: [] },
    ...{ after: [['alert', '--unit', 'a.service', '--result', 'failed'], ['sync'], ARCHIVE], codes: [0, 1, 3] },
    subject: 'a.service has failed',
  },
]

/** The folders in which a stage's command is to be run. */
export async function setStage({ before, prepare }: Stage, root: string): Promise<void> {
  await collected(root)
  await using servers = await TwoServers.at(root)
  for (const call of before) {
    const { code, stderr } = await servers.run(call)
    if (code !== 0) throw new Error(`${call.join(' ')} ended with ${code}: ${stderr}`)
  }
  await prepare?.(root)
}

/** A mail that may have been delivered is sent again an hour later at the earliest: a command that waits for it is run once more then. */
async function runLater(servers: TwoServers, call: Call, mails: boolean) {
  const first = await servers.run(call)
  if (first.code !== 3 || !mails) return first
  servers.clock.advance(HOUR_MS)
  return servers.run(call)
}

/** Run a stage's command in a copy of its folders while something is wrong; answers what broke a promise, a line each. */
export async function judge(
  { call, after, codes, prepare, subject }: Stage,
  servers: TwoServers,
  spoil: () => AsyncDisposable,
  /** An hour that the fault does not concern. */
  otherHour?: string,
): Promise<string[]> {
  const faults: string[] = []
  {
    await using _spoilt = spoil()
    const { code, stderr, stdout } = await servers.run(call)
    if (/this is a bug/.test(stderr)) faults.push(`a bug: ${stderr.slice(0, 900)}`)
    const usage = code === 2 && /settings|credentials|password|token|key/.test(stderr)
    if (!codes.includes(code) && !usage) faults.push(`exit code ${code}: ${stderr.slice(-600)}`)
    if (otherHour !== undefined && servers.idsOf(otherHour) === undefined)
      faults.push(`${otherHour} was kept back: ${stderr.slice(-600)}`)
    if (code !== 0 && stderr.trim() === '' && stdout.trim() === '') faults.push(`exit code ${code} without a word`)
  }
  servers.clock.advance(60_000)
  for (const [index, later] of after.entries()) {
    const { code, stderr, stdout } = await runLater(servers, later, subject !== undefined)
    const mends = prepare !== undefined && index === 0
    if (code !== 0 && !mends)
      faults.push(`then ${later.join(' ')} ended with ${code}: ${(stdout + stderr).slice(-600)}`)
  }
  const ids = servers.archivedIds()
  const lost = ALL_IDS.filter((id) => !ids.includes(id))
  if (lost.length > 0 || ids.length > ALL_IDS.length)
    faults.push(`${lost.length} of ${ALL_IDS.length} tweets are lost, ${ids.length} archived`)
  if (subject !== undefined && !(await servers.subjects()).some((there) => there.includes(subject)))
    faults.push(`no mail "${subject}" was delivered: ${(await servers.subjects()).join(', ')}`)
  return faults
}
