import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** The contract suites inside workerd: the ports' implementations over D1, R2 and fetch, in the runtime that they are for. */
export default defineConfig({
  plugins: [cloudflareTest({ wrangler: { configPath: './tests/contract/workerd/wrangler.toml' } })],
  test: {
    include: ['tests/contract/workerd/**/*.test.ts'],
    globalSetup: 'tests/contract/workerd/provide.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
