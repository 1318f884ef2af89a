import type { Batch } from '../spool/batch.js'
import { hourName, isoSeconds } from '../utc.js'
import type { HourFacts } from './hour-plan.js'

/**
 * An hour's batch: every file that is here or has a receipt, by name. It is sealed up to the earliest minute still open,
 * else up to `nowMs`, which must be no later than the moment at which the hour's folder was listed.
 */
export function batchOfHour(
  { hour, files, receipted, firstOpen }: Pick<HourFacts, 'hour' | 'files' | 'receipted' | 'firstOpen'>,
  nowMs: number,
): Batch {
  const contents = new Map([...receipted, ...files.map(({ content }) => content)].map((file) => [file.sha256, file]))
  return {
    hour: hourName(hour),
    server: 2,
    sealed_until: isoSeconds(Math.min(firstOpen ?? nowMs, nowMs)),
    files: [...contents.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

/** A batch as it lies on server 1. */
export const batchText = (batch: Batch): string => JSON.stringify(batch, null, 1) + '\n'
