/** How long a test waits for what must come, in real ms: only there to end a hang, so that no machine is too slow. */
export const PATIENCE_MS = 300_000

/** How long a whole test may take, in real ms; those of `npm run test:long` do more. */
export const TEST_MS = 2 * PATIENCE_MS
export const LONG_TEST_MS = 12 * 3_600_000

/** How long a test has a socket wait in vain, in real ms: as long as a fast clock does at least (src/clock.ts), so that what comes at all comes in time. */
export const BRIEF_MS = 2000
