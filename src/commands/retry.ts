import type { Clock } from '../clock.js'
import { ExitCode, OperatorError } from '../operator-error.js'
import { duration } from '../settings/value.js'
import { MINUTE_MS } from '../utc.js'
import type { Ended } from './verb.js'

/** The flag of a verb that may be tried again. */
export const retryOption = [
  '--retry <duration>',
  'keep trying for so long (20m, 4h) while the run would leave with 75',
] as const

const patienceMs = duration(7)

/**
 * Run until the answer is another one than 75, until `patience` (such as `20m`; `undefined`: one run) is over, or until
 * the signal aborts. Between two runs lies a minute at first, later a tenth of the time that has passed.
 * @throws OperatorError with exit code 2 where `patience` is no duration
 */
export async function retried(
  run: () => Promise<Ended>,
  patience: string | undefined,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Ended> {
  const startedMs = clock.now()
  const untilMs = startedMs + patienceOf(patience)
  let ended = await run()
  while (ended.exitCode === ExitCode.temporary) {
    const waitMs = Math.max(MINUTE_MS, (clock.now() - startedMs) / 10)
    if (clock.now() + waitMs > untilMs) break
    await clock.sleep(waitMs, signal)
    if (signal.aborted) break
    ended = await run()
  }
  return ended
}

function patienceOf(text: string | undefined): number {
  if (text === undefined) return 0
  const { success, data } = patienceMs.safeParse(text)
  if (success) return data
  throw new OperatorError(`--retry is "${text}": it wants ${patienceMs.description ?? 'a duration'}`, {
    exitCode: ExitCode.usage,
  })
}
