import { defineConfig } from 'vitest/config'

/** `npm test`: all that needs no server to be installed, and no more than five minutes. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/servers/**', 'test/long/**'],
    // Many a test waits for a process of its own.
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
