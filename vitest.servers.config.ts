import { defineConfig } from 'vitest/config'

/** `npm run test:servers`: with real servers and clients, which test/servers/install.sh installs. One file at a time. */
export default defineConfig({
  test: {
    include: ['test/servers/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
