import { OperatorError } from '../operator-error.js'
import { hourName } from '../utc.js'
import type { LostSource } from './hour-stock.js'

/** Minute files of server 1 that its journal names are damaged or nowhere: the hour waits for them to be put back. */
export class LostFilesError extends OperatorError {
  constructor(hour: number, lost: readonly LostSource[], untilMs: number) {
    const until = new Date(untilMs).toISOString()
    super(
      `${lost.length} minute files of ${hourName(hour)} that server 1's journal names are damaged or gone: ` +
        `${named(lost)}. The hour waits until ${until} for them to be put back from a copy, and then goes ahead without ` +
        'them. Check the disk',
    )
  }
}

const SHOWN = 3
const named = (lost: readonly LostSource[]): string =>
  lost
    .slice(0, SHOWN)
    .map(({ name, reason }) => `${name} (${reason})`)
    .join(', ') + (lost.length > SHOWN ? ', …' : '')
