import { defineConfig } from 'vitest/config';

/** What runs inside workerd: `vitest run --config vitest.workers.config.ts`. */
export default defineConfig({
  test: {
    include: ['tests/workers/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
