import { defineConfig } from 'vitest/config'

/** `npm run test:long`: what takes minutes. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    passWithNoTests: true,
  },
})
