import { freeSpace } from '../durable/disk-space.js'
import type { Spool } from '../spool/spool.js'
import { SECOND_MS } from '../utc.js'
import type { Alarms } from './alarms.js'
import { conditionsOf } from './conditions.js'
import { every } from './every.js'
import type { VitalSigns } from './vital-signs.js'

interface Watched {
  readonly vitals: VitalSigns
  readonly spool: Pick<Spool, 'leftFiles'>
  readonly spoolFolder: string
  readonly timezone: string
  readonly leastFreePercent: number
  readonly endsWhenRefused?: boolean
  readonly alarms: Pick<Alarms, 'note'>
}

/** Looks every few seconds what is wrong with a collector, and has it told. */
export function watchOver({ spool, alarms, ...findings }: Watched): (nowMs: number) => Promise<void> {
  const isDue = every(5 * SECOND_MS)
  return async (nowMs) => {
    if (!isDue(nowMs)) return
    const { percent: freePercent } = await freeSpace(findings.spoolFolder).catch(() => ({ percent: 100 }))
    alarms.note(conditionsOf({ ...findings, freePercent, leftFiles: spool.leftFiles }, nowMs))
  }
}
