import { defineConfig } from 'vitest/config'

/** `npm test`: all that needs no server to be installed, and no more than five minutes. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/servers/**', 'test/long/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
