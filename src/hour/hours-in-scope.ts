import { clockDoubt, type ClockDoubt } from './clock-doubt.js'
import type { HourContext } from './hour-context.js'
import { hoursToLookAt } from './hours-to-look-at.js'
import type { Scope } from './scope.js'

/**
 * The hours that a run looks at, and why not those after the time up to which the clock is believed. Where a person names hours
 * (`scope`) the clock is believed.
 */
export async function hoursInScope(
  context: HourContext,
  scope: Scope | undefined,
): Promise<{ hours: number[]; doubt: ClockDoubt | undefined }> {
  if (scope) return { hours: (await hoursToLookAt(context)).filter(scope), doubt: undefined }
  const doubt = await clockDoubt(context)
  if (doubt) context.log.warn(doubt.reason)
  return { hours: await hoursToLookAt(context, doubt?.believedMs), doubt }
}
