import { setTimeout } from 'node:timers/promises'

const LOOK_MS = 250
const LONGEST_MS = 180_000

/**
 * Look again and again until there is an answer other than `undefined` and `false`.
 * @throws Error after three minutes, with what `seen` says
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
