import { vi } from 'vitest'
import { PATIENCE_MS } from './patience.js'

const LOOK_MS = 50

/** Wait until none of the expectations in `expected` fails any more; the last failure is thrown where that never is. */
export const until = (expected: () => unknown): Promise<unknown> =>
  vi.waitFor(expected, { timeout: PATIENCE_MS, interval: LOOK_MS })
