import { defineConfig } from 'vitest/config';

/** Real processes over the built bundles and the real backbone, which is fetched once. */
export default defineConfig({
  test: {
    include: ['tests/e2e/**/*.test.ts', 'tests/compat/process/**/*.test.ts', 'tests/gpu/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
