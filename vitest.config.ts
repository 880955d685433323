import { defineConfig } from 'vitest/config';

/** What `npm test` runs: no network, no weights, no built bundle. */
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: [
      'tests/e2e/**',
      'tests/compat/process/**',
      'tests/workers/**',
      'tests/contract/workerd/**',
      'tests/gpu/**',
      'tests/browser/**',
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
