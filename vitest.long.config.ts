import { defineConfig } from 'vitest/config'
import { LONG_TEST_MS, PATIENCE_MS } from './test/support/patience.js'

/** `npm run test:long`: what takes minutes. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: LONG_TEST_MS,
    hookTimeout: LONG_TEST_MS,
    expect: { poll: { timeout: PATIENCE_MS } },
    passWithNoTests: true,
  },
})
