import { errorText } from '../operator-error.js'
import { hourName } from '../utc.js'
import type { HourContext } from './hour-context.js'
import { stockOfHour } from './hour-stock.js'
import { hoursInScope } from './hours-in-scope.js'
import { newInputs } from './new-inputs.js'
import { judge } from './process-hour.js'
import type { Scope } from './scope.js'
import { sealedFiles } from './sealed-files.js'

/** What a run would do with an hour now, and why. */
export interface HourDue {
  readonly hour: string
  readonly state: 'due' | 'early' | 'waiting' | 'damaged' | 'archived'
  readonly reason: string
  /** Minute files that are not in the archive yet, and their bytes. */
  readonly files: number
  readonly bytes: number
}

/** Look at every hour that a run would look at, and change nothing. A fault of one hour does not hide the others. */
export async function whatIsDue(context: HourContext, scope: Scope | undefined): Promise<HourDue[]> {
  const { hours } = await hoursInScope(context, scope)
  const sealed = await sealedFiles(context.spools[0].folder, hours[0] ?? context.clock.now(), context.passedOver.tell)
  const found: HourDue[] = []
  for (const hour of hours) {
    context.signal.throwIfAborted()
    found.push(await lookAt(hour, sealed, context))
  }
  return found
}

async function lookAt(hour: number, sealed: Awaited<ReturnType<typeof sealedFiles>>, context: HourContext) {
  const name = hourName(hour)
  try {
    const stock = await stockOfHour(hour, sealed, context, 'content')
    const inputs = newInputs(stock.files, stock.book)
    const bytes = inputs.reduce((sum, file) => sum + file.bytes, 0)
    return { hour: name, ...describe(judge(stock, context), stock.book?.revision), files: inputs.length, bytes }
  } catch (error) {
    return { hour: name, state: 'damaged', reason: errorText(error), files: 0, bytes: 0 } as const
  }
}

function describe(judged: ReturnType<typeof judge>, revision: number | undefined): Pick<HourDue, 'state' | 'reason'> {
  if (judged.kind === 'early') return { state: 'early', reason: 'its window for late tweets is still open' }
  if (judged.kind === 'waiting') return { state: 'waiting', reason: judged.reason }
  if (judged.kind === 'damaged') return { state: 'damaged', reason: judged.error.message }
  if (!judged.isNews)
    return { state: 'archived', reason: `revision ${revision ?? 0}; receipts and sources are seen to` }
  const without = judged.missing.map((server) => `, without server ${server}`).join('')
  return {
    state: 'due',
    reason: `${revision === undefined ? 'not archived yet' : `opens revision ${revision} again`}${without}`,
  }
}

/** In lines for a person. */
export function describeDue(hours: readonly HourDue[]): string {
  const lines = hours.map(
    ({ hour, state, reason, files, bytes }) =>
      `${hour}  ${state}: ${reason}${files > 0 ? `; ${files} new files, ${bytes} bytes` : ''}`,
  )
  return `${lines.join('\n') || 'nothing is due'}\n`
}
