import { defineConfig } from 'vitest/config'
import { PATIENCE_MS, TEST_MS } from './test/support/patience.js'

/** `npm run test:servers`: with real servers and clients, which test/servers/install.sh installs. One file at a time. */
export default defineConfig({
  test: {
    include: ['test/servers/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: TEST_MS,
    hookTimeout: TEST_MS,
    expect: { poll: { timeout: PATIENCE_MS } },
  },
})
