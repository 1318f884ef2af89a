import { defineConfig } from 'vitest/config'
import { PATIENCE_MS, TEST_MS } from './test/support/patience.js'

/** `npm test`: all that needs no server to be installed, and no more than five minutes. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/servers/**', 'test/long/**'],
    // Many a test waits for a process of its own.
    maxWorkers: '100%',
    testTimeout: TEST_MS,
    hookTimeout: TEST_MS,
    expect: { poll: { timeout: PATIENCE_MS } },
  },
})
