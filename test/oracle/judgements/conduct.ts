import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Case } from '../case.js'
import { TOKEN } from '../run.js'

const WINDOW_MS = 15 * 60_000
const MOST_CONNECTS = 25
/** It must end at all; how soon is held in test/collecting/, on a clock of the test's own. */
const STOP_MS = 60_000

/** No 15 minutes have more than 25 connects, restarts or not. */
export function connectsWithinLimits({ evidence: { connectTimes } }: Case): string[] {
  const most = Math.max(
    0,
    ...connectTimes.map((from) => connectTimes.filter((at) => at >= from && at < from + WINDOW_MS).length),
  )
  return most > MOST_CONNECTS ? [`${most} connects in 15 minutes`] : []
}

/** Asked to stop it leaves with 0 and soon; the run has come to such an end. */
export function livesEndWell({ evidence: { lives } }: Case): string[] {
  const stopped = lives.filter(({ ended }) => ended === 'stopped')
  return [
    ...stopped
      .filter(({ code, plan }) => code !== 0 && plan.diskFault === undefined)
      .map(({ code }) => `asked to stop it left with ${code ?? 'a signal'}`),
    ...stopped.filter(({ stopMs }) => stopMs > STOP_MS).map(({ stopMs }) => `asked to stop it took ${stopMs} ms`),
    ...(lives.at(-1)?.ended === 'stopped' ? [] : ['it did not stay alive']),
    ...lives
      .filter(({ ended, plan }) => ended === 'by itself' && plan.diskFault === undefined)
      .map(({ code }) => `it ended by itself, with ${code ?? 'a signal'}`),
  ]
}

/** The log has no word of the token, and of no bug. */
export async function tokenStaysSecret({ evidence: { folder } }: Case): Promise<string[]> {
  const log = await readFile(join(folder, 'collector.log'), 'utf8').catch(() => '')
  return [
    ...(log.includes(TOKEN) ? ['the token stands in the log'] : []),
    ...(log.includes('this is a bug') ? ['the collector calls its end a bug'] : []),
  ]
}
