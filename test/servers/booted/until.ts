import { setTimeout } from 'node:timers/promises'
import { PATIENCE_MS, TEST_MS } from '../../support/patience.js'

const LOOK_MS = 250
/** Half an hour of the fast clock passes in half a minute, and more than one may have to. */
const LONGEST_MS = 2 * PATIENCE_MS
/** How long a test with several such waits may take, in real ms. */
export const MACHINES_MS = 3 * TEST_MS

/**
 * Look again and again until there is an answer other than `undefined` and `false`.
 * @throws Error when there is none for long, with what `seen` says
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  seen: () => Promise<string> = () => Promise.resolve(''),
): Promise<Exclude<T, undefined | false>> {
  const since = performance.now()
  while (performance.now() - since < LONGEST_MS) {
    const answer = await look()
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>
    await setTimeout(LOOK_MS)
  }
  throw new Error(`it did not happen that ${what}\n${await seen()}`)
}
