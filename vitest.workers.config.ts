import { defineConfig } from 'vitest/config';

/** What runs in workerd: the API's own tests and those with official clients, which run on Node too, and those of this platform alone. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'api',
          include: ['tests/api/**/*.test.ts', 'tests/compat/*.test.ts'],
          env: { LEVIGATE_TEST_TARGET: 'workerd' },
          globalSetup: 'tests/workers/support/start-runtimes.ts',
          setupFiles: 'tests/support/gateway/skip-exceptions.ts',
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: { name: 'platform', include: ['tests/workers/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 60_000 },
      },
    ],
  },
});
